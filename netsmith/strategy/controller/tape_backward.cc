#include <Eigen/Core>
#include <cstddef>

#include "netsmith/base/check.h"
#include "netsmith/strategy/controller/scalar_math.h"
#include "netsmith/strategy/controller/tape.h"

// Each Propagate… adds a node's share of d loss to its operands; g is d loss / d node.
namespace netsmith::strategy::controller {

Matrix& Tape::GradientOf(int index) {
  Node& node = nodes_[static_cast<std::size_t>(index)];
  return node.op == Op::kParameter ? node.parameter->gradient : node.gradient;
}

void Tape::Backward(Value loss) {
  NETSMITH_CHECK_EQ(value(loss).size(), 1);
  for (std::size_t i = 0; i < size_; ++i) {
    Node& node = nodes_[i];
    if (node.learns && node.op != Op::kParameter) {
      node.gradient.setZero(node.value.rows(), node.value.cols());
    }
  }
  if (!nodes_[static_cast<std::size_t>(loss.index)].learns) return;
  GradientOf(loss.index)(0, 0) += 1.0;
  for (int i = loss.index; i >= 0; --i) {
    const Node& node = nodes_[static_cast<std::size_t>(i)];
    if (node.learns && node.op != Op::kParameter) Propagate(node, node.gradient);
  }
}

void Tape::Propagate(const Node& node, const Matrix& g) {
  switch (node.op) {
    case Op::kParameter:
    case Op::kConstant:
      return;
    case Op::kMatMul:
    case Op::kAdd:
    case Op::kSub:
    case Op::kMul:
      return PropagateBinary(node, g);
    case Op::kScale:
    case Op::kExp:
    case Op::kSigmoid:
    case Op::kTanh:
    case Op::kRelu:
    case Op::kGaussianLogMass:
      return PropagateElementwise(node, g);
    case Op::kColumns:
    case Op::kRows:
    case Op::kPick:
      return PropagateSelection(node, g);
    case Op::kLogSoftmax:
    case Op::kSumRows:
    case Op::kSum:
      return PropagateReduction(node, g);
  }
}

void Tape::PropagateBinary(const Node& node, const Matrix& g) {
  const Matrix& a = value({node.a});
  const Matrix& b = value({node.b});
  if (nodes_[static_cast<std::size_t>(node.a)].learns) {
    Matrix& da = GradientOf(node.a);
    if (node.op == Op::kMatMul) {
      da.noalias() += g * b.transpose();
    } else if (node.op == Op::kMul) {
      da += g.cwiseProduct(b);
    } else {
      da += g;
    }
  }
  if (!nodes_[static_cast<std::size_t>(node.b)].learns) return;
  Matrix& db = GradientOf(node.b);
  if (node.op == Op::kMatMul) {
    db.noalias() += a.transpose() * g;
  } else if (node.op == Op::kMul) {
    db += g.cwiseProduct(a);
  } else if (node.op == Op::kSub) {
    db -= g;
  } else if (b.rows() == g.rows()) {
    db += g;
  } else {
    db += g.colwise().sum();
  }
}

void Tape::PropagateElementwise(const Node& node, const Matrix& g) {
  const auto y = node.value.array();
  auto da = GradientOf(node.a).array();
  switch (node.op) {
    case Op::kScale:
      da += g.array() * node.factor;
      return;
    case Op::kExp:
      da += g.array() * y;
      return;
    case Op::kSigmoid:
      da += g.array() * y * (1.0 - y);
      return;
    case Op::kTanh:
      da += g.array() * (1.0 - y.square());
      return;
    case Op::kRelu:
      da += (y > 0).select(g.array(), 0.0);
      return;
    default:
      da += g.array() * node.derivative.array();
  }
}

void Tape::PropagateSelection(const Node& node, const Matrix& g) {
  Matrix& da = GradientOf(node.a);
  if (node.op == Op::kColumns) {
    da.middleCols(node.first, g.cols()) += g;
    return;
  }
  for (Eigen::Index i = 0; i < g.rows(); ++i) {
    const int index = node.indices[static_cast<std::size_t>(i)];
    if (node.op == Op::kRows) {
      da.row(index) += g.row(i);
    } else {
      da(i, index) += g(i, 0);
    }
  }
}

void Tape::PropagateReduction(const Node& node, const Matrix& g) {
  Matrix& da = GradientOf(node.a);
  if (node.op == Op::kSum) {
    da.array() += g(0, 0);
    return;
  }
  if (node.op == Op::kSumRows) {
    da.colwise() += g.col(0);
    return;
  }
  for (Eigen::Index i = 0; i < g.rows(); ++i) {  // log softmax: g - softmax · Σg
    const double total = g.row(i).sum();
    for (Eigen::Index k = 0; k < g.cols(); ++k) {
      da(i, k) += g(i, k) - controller::Exp(node.value(i, k)) * total;
    }
  }
}

}  // namespace netsmith::strategy::controller
