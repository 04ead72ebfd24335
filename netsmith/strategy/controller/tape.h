#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <vector>

/// Reverse-mode automatic differentiation over matrices of doubles, as much of it as the controller
/// needs. Internal to this folder: Eigen stays out of the headers above it.
namespace netsmith::strategy::controller {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Weights that are learned. Backward adds to `gradient`; whoever updates the weights clears it.
struct Parameter {
  std::string name;
  Matrix value;
  Matrix gradient;  // of value's shape

  Parameter(std::string name, Eigen::Index rows, Eigen::Index cols);
};

/// A matrix on a tape; meaningful until the tape is cleared.
struct Value {
  int index = -1;
};

/// Records operations as they are computed; Backward walks them in reverse.
///
/// Rows are independent samples of a batch throughout. Operands with wrong shapes are defects and
/// fail a check. Clear keeps all memory, so that a second pass of the same shapes allocates
/// nothing.
class Tape {
 public:
  Value Use(Parameter& parameter);  // must outlive the tape's use of it, unchanged
  Value Constant(const Matrix& value);

  Value MatMul(Value a, Value b);  // [n,k] · [k,m]
  Value Add(Value a, Value b);     // [n,m] + [n,m], or + [1,m] to every row
  Value Sub(Value a, Value b);     // elementwise, like the following
  Value Mul(Value a, Value b);
  Value Scale(Value a, double factor);
  Value Exp(Value a);
  Value Sigmoid(Value a);
  Value Tanh(Value a);
  Value Relu(Value a);

  /// Columns first … first + count - 1.
  Value Columns(Value a, Eigen::Index first, Eigen::Index count);
  /// Row rows[i] of `table` as row i: the lookup of an embedding.
  Value Rows(Value table, std::span<const int> rows);
  /// Element columns[i] of row i, [n,1].
  Value Pick(Value a, std::span<const int> columns);
  /// log softmax of each row.
  Value LogSoftmax(Value a);
  /// Sums each row, [n,1].
  Value SumRows(Value a);
  /// Sums everything, [1,1].
  Value Sum(Value a);
  /// Elementwise log P(lower < x <= upper), x ~ N(mean, sigma^2): GaussianLogMass.
  Value GaussianLogMass(Value mean, double sigma, const Matrix& lower, const Matrix& upper);

  const Matrix& value(Value v) const;
  /// d loss / d v after Backward; only where a parameter takes part in v.
  const Matrix& gradient(Value v) const;

  /// `loss` is [1,1]. Adds d loss / d parameter to the gradient of every parameter in use.
  void Backward(Value loss);
  /// Forgets all operations.
  void Clear() { size_ = 0; }

 private:
  enum class Op {
    kParameter,
    kConstant,
    kMatMul,
    kAdd,
    kSub,
    kMul,
    kScale,
    kExp,
    kSigmoid,
    kTanh,
    kRelu,
    kColumns,
    kRows,
    kPick,
    kLogSoftmax,
    kSumRows,
    kSum,
    kGaussianLogMass,
  };
  struct Node {
    Op op = Op::kConstant;
    int a = -1;
    int b = -1;
    bool learns = false;             // a parameter takes part in it
    Parameter* parameter = nullptr;  // kParameter
    double factor = 0;               // kScale
    Eigen::Index first = 0;          // kColumns
    std::vector<int> indices;        // kRows, kPick
    Matrix derivative;               // kGaussianLogMass: by the mean, elementwise
    Matrix value;                    // empty for kParameter, like the gradient
    Matrix gradient;
  };

  Node& Append(Op op, Value a, Value b = {});
  Value Last() const { return {static_cast<int>(size_) - 1}; }
  template <typename Function>
  Value Elementwise(Op op, Value a, Function function);
  Matrix& GradientOf(int index);
  void PropagateBinary(const Node& node, const Matrix& g);
  void PropagateElementwise(const Node& node, const Matrix& g);
  void PropagateSelection(const Node& node, const Matrix& g);
  void PropagateReduction(const Node& node, const Matrix& g);
  void Propagate(const Node& node, const Matrix& g);

  std::deque<Node> nodes_;  // a deque: references to values survive appending
  std::size_t size_ = 0;    // nodes in use; the others keep their memory for the next pass
};

}  // namespace netsmith::strategy::controller
