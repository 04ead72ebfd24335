#include "netsmith/strategy/controller/tape.h"

#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "netsmith/base/check.h"
#include "netsmith/strategy/controller/gaussian.h"
#include "netsmith/strategy/controller/scalar_math.h"

// The forward half; tape_backward.cc is the other.
namespace netsmith::strategy::controller {
namespace {

void CheckSameShape(const Matrix& a, const Matrix& b) {
  NETSMITH_CHECK_EQ(a.rows(), b.rows());
  NETSMITH_CHECK_EQ(a.cols(), b.cols());
}

double RowLogSumExp(const Matrix& a, Eigen::Index row) {
  const double largest = a.row(row).maxCoeff();
  double sum = 0;
  for (Eigen::Index k = 0; k < a.cols(); ++k) sum += Exp(a(row, k) - largest);
  return largest + Log(sum);
}

}  // namespace

Parameter::Parameter(std::string parameter_name, Eigen::Index rows, Eigen::Index cols)
    : name(std::move(parameter_name)),
      value(Matrix::Zero(rows, cols)),
      gradient(Matrix::Zero(rows, cols)) {}

const Matrix& Tape::value(Value v) const {
  const Node& node = nodes_[static_cast<std::size_t>(v.index)];
  return node.op == Op::kParameter ? node.parameter->value : node.value;
}

const Matrix& Tape::gradient(Value v) const {
  const Node& node = nodes_[static_cast<std::size_t>(v.index)];
  NETSMITH_CHECK(node.learns);
  return node.op == Op::kParameter ? node.parameter->gradient : node.gradient;
}

Tape::Node& Tape::Append(Op op, Value a, Value b) {
  if (size_ == nodes_.size()) nodes_.emplace_back();
  Node& node = nodes_[size_++];
  node.op = op;
  node.a = a.index;
  node.b = b.index;
  node.learns = false;
  for (const int operand : {a.index, b.index}) {
    if (operand >= 0) node.learns |= nodes_[static_cast<std::size_t>(operand)].learns;
  }
  return node;
}

Value Tape::Use(Parameter& parameter) {
  Node& node = Append(Op::kParameter, {});
  node.parameter = &parameter;
  node.learns = true;
  return Last();
}

Value Tape::Constant(const Matrix& value) {
  Append(Op::kConstant, {}).value = value;
  return Last();
}

Value Tape::MatMul(Value a, Value b) {
  NETSMITH_CHECK_EQ(value(a).cols(), value(b).rows());
  Append(Op::kMatMul, a, b).value.noalias() = value(a) * value(b);
  return Last();
}

Value Tape::Add(Value a, Value b) {
  const bool broadcast = value(b).rows() == 1;
  if (!broadcast) CheckSameShape(value(a), value(b));
  NETSMITH_CHECK_EQ(value(a).cols(), value(b).cols());
  Node& node = Append(Op::kAdd, a, b);
  node.value = value(a);
  if (broadcast) {
    node.value.rowwise() += value(b).row(0);
  } else {
    node.value += value(b);
  }
  return Last();
}

Value Tape::Sub(Value a, Value b) {
  CheckSameShape(value(a), value(b));
  Append(Op::kSub, a, b).value = value(a) - value(b);
  return Last();
}

Value Tape::Mul(Value a, Value b) {
  CheckSameShape(value(a), value(b));
  Append(Op::kMul, a, b).value = value(a).cwiseProduct(value(b));
  return Last();
}

Value Tape::Scale(Value a, double factor) {
  Node& node = Append(Op::kScale, a);
  node.factor = factor;
  node.value = value(a) * factor;
  return Last();
}

template <typename Function>
Value Tape::Elementwise(Op op, Value a, Function function) {
  const Matrix& src = value(a);
  Matrix& dst = Append(op, a).value;
  dst.resize(src.rows(), src.cols());
  const double* in = src.data();
  double* out = dst.data();
  for (Eigen::Index i = 0; i < src.size(); ++i) out[i] = function(in[i]);
  return Last();
}

Value Tape::Exp(Value a) {
  return Elementwise(Op::kExp, a, [](double x) { return controller::Exp(x); });
}

Value Tape::Sigmoid(Value a) {
  return Elementwise(Op::kSigmoid, a, [](double x) { return controller::Sigmoid(x); });
}

Value Tape::Tanh(Value a) {
  return Elementwise(Op::kTanh, a, [](double x) { return controller::Tanh(x); });
}

Value Tape::Relu(Value a) {
  return Elementwise(Op::kRelu, a, [](double x) { return x > 0 ? x : 0.0; });
}

Value Tape::Columns(Value a, Eigen::Index first, Eigen::Index count) {
  NETSMITH_CHECK_LE(first + count, value(a).cols());
  Node& node = Append(Op::kColumns, a);
  node.first = first;
  node.value = value(a).middleCols(first, count);
  return Last();
}

Value Tape::Rows(Value table, std::span<const int> rows) {
  const Matrix& src = value(table);
  Node& node = Append(Op::kRows, table);
  node.indices.assign(rows.begin(), rows.end());
  node.value.resize(static_cast<Eigen::Index>(rows.size()), src.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    NETSMITH_CHECK_LT(rows[i], src.rows());
    node.value.row(static_cast<Eigen::Index>(i)) = src.row(rows[i]);
  }
  return Last();
}

Value Tape::Pick(Value a, std::span<const int> columns) {
  const Matrix& src = value(a);
  NETSMITH_CHECK_EQ(static_cast<Eigen::Index>(columns.size()), src.rows());
  Node& node = Append(Op::kPick, a);
  node.indices.assign(columns.begin(), columns.end());
  node.value.resize(src.rows(), 1);
  for (Eigen::Index i = 0; i < src.rows(); ++i) {
    NETSMITH_CHECK_LT(columns[static_cast<std::size_t>(i)], src.cols());
    node.value(i, 0) = src(i, columns[static_cast<std::size_t>(i)]);
  }
  return Last();
}

Value Tape::LogSoftmax(Value a) {
  const Matrix& src = value(a);
  Matrix& dst = Append(Op::kLogSoftmax, a).value;
  dst.resize(src.rows(), src.cols());
  for (Eigen::Index i = 0; i < src.rows(); ++i) {
    dst.row(i) = src.row(i).array() - RowLogSumExp(src, i);
  }
  return Last();
}

Value Tape::SumRows(Value a) {
  Append(Op::kSumRows, a).value = value(a).rowwise().sum();
  return Last();
}

Value Tape::Sum(Value a) {
  Append(Op::kSum, a).value = Matrix::Constant(1, 1, value(a).sum());
  return Last();
}

Value Tape::GaussianLogMass(Value mean, double sigma, const Matrix& lower, const Matrix& upper) {
  const Matrix& src = value(mean);
  CheckSameShape(src, lower);
  CheckSameShape(src, upper);
  Node& node = Append(Op::kGaussianLogMass, mean);
  node.value.resize(src.rows(), src.cols());
  node.derivative.resize(src.rows(), src.cols());
  for (Eigen::Index i = 0; i < src.size(); ++i) {
    const LogMass mass =
        controller::GaussianLogMass(src.data()[i], sigma, lower.data()[i], upper.data()[i]);
    node.value.data()[i] = mass.value;
    node.derivative.data()[i] = mass.derivative;
  }
  return Last();
}

}  // namespace netsmith::strategy::controller
