#include "netsmith/engine/compile.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "netsmith/base/check.h"
#include "netsmith/engine/lower.h"
#include "netsmith/engine/memory_plan.h"

namespace netsmith::engine {
namespace {

/// When the ops run within a chunk: the input is loaded at 0, op i runs forward at i + 1, the loss
/// follows, then backward in reverse. Neighbours that take one sample at a time make up a segment:
/// a sample passes the whole segment before the next one enters (Program::RunOps).
class Timeline {
 public:
  explicit Timeline(const std::vector<OpNeeds>& needs) : num_ops_(static_cast<int>(needs.size())) {
    const auto whole_chunk = [&](int time) {
      if (time == 0 || time == Loss()) return true;
      return needs[time < Loss() ? time - 1 : 2 * num_ops_ + 1 - time].whole_chunk;
    };
    const int end = Loss() + num_ops_ + 1;
    for (int time = 0; time < end; ++time) {
      const bool starts = time == 0 || whole_chunk(time) || whole_chunk(time - 1);
      segment_first_.push_back(starts ? time : segment_first_.back());
    }
    segment_last_.resize(end, end - 1);
    for (int time = end - 2; time >= 0; --time) {
      segment_last_[time] = segment_first_[time + 1] == time + 1 ? time : segment_last_[time + 1];
    }
  }

  int Forward(int op) const { return op + 1; }
  int Loss() const { return num_ops_ + 1; }
  int Backward(int op) const { return 2 * num_ops_ + 1 - op; }
  int SegmentFirst(int time) const { return segment_first_[time]; }
  int SegmentLast(int time) const { return segment_last_[time]; }

 private:
  int num_ops_;
  std::vector<int> segment_first_, segment_last_;
};

std::vector<OpNeeds> NeedsOf(const std::vector<std::unique_ptr<Op>>& ops) {
  std::vector<OpNeeds> needs;
  for (const auto& op : ops) needs.push_back(op->Needs());
  return needs;
}

/// A tensor with its gradient while the plan is made. Ops that work in place share one.
struct PlannedTensor {
  TensorPlace value;
  TensorPlace diff;
  bool has_diff = false;
  int value_first = 0, value_last = 0;
  int diff_first = 0, diff_last = 0;
};

class Planner {
 public:
  Planner(const graph::Graph& graph, std::vector<std::unique_ptr<Op>> ops, std::int64_t mb)
      : ops_(std::move(ops)), mb_(mb), needs_(NeedsOf(ops_)), time_(needs_) {
    ConnectTensors();
    LayOut(graph);
    FindLifetimes();
  }

  CompiledGraph Plan() {
    CompiledGraph result;
    PlaceParams(result);
    result.chunk = ChooseChunk();
    PlaceTensors(result);
    std::int64_t packed = 0, group_gradients = 0;
    for (int i = 0; i < num_ops(); ++i) {
      OpPlaces places{.src = src(i).value,
                      .dst = dst(i).value,
                      .diff_src = src(i).diff,
                      .diff_dst = dst(i).diff,
                      .needs_diff_src = NeedsDiffSrc(i),
                      .packed = packed,
                      .group_gradients = group_gradients,
                      .params = {}};
      for (const ParamSpec& param : needs_[i].params) places.params.push_back(param.offset);
      packed += AlignFloats(needs_[i].packed);
      group_gradients += AlignFloats(needs_[i].group_gradients);
      result.sizes.scratch = std::max(result.sizes.scratch, AlignFloats(needs_[i].scratch));
      ops_[i]->Place(std::move(places));
      result.ops.push_back({std::move(ops_[i]), needs_[i].whole_chunk,
                            NeedsDiffSrc(i) || !needs_[i].params.empty()});
    }
    result.sizes.packed = packed;
    result.sizes.group_gradients = group_gradients;
    result.input = tensors_.front().value;
    result.logits = tensors_.back().value;
    result.diff_logits = tensors_.back().diff;
    return result;
  }

 private:
  int num_ops() const { return static_cast<int>(ops_.size()); }
  PlannedTensor& src(int op) { return tensors_[src_of_[op]]; }
  PlannedTensor& dst(int op) { return tensors_[dst_of_[op]]; }

  /// Gradients flow back as far as the first op with parameters.
  bool NeedsDiffSrc(int op) const {
    return std::any_of(needs_.begin(), needs_.begin() + op,
                       [](const OpNeeds& needs) { return !needs.params.empty(); });
  }

  void ConnectTensors() {
    tensors_.emplace_back();
    for (int i = 0; i < num_ops(); ++i) {
      src_of_.push_back(static_cast<int>(tensors_.size()) - 1);
      if (!needs_[i].in_place) tensors_.emplace_back();
      dst_of_.push_back(static_cast<int>(tensors_.size()) - 1);
    }
  }

  /// A value lies as its consumer wants it, a gradient as the op that made the value wants it; what
  /// works in place takes either. The logits and their gradient are kept for the whole mini-batch.
  void LayOut(const graph::Graph& graph) {
    tensors_.front().value.layout.shape = graph.input;
    for (int i = 0; i < num_ops(); ++i) {
      if (needs_[i].in_place) continue;
      Layout& layout = src(i).value.layout;
      const tensor::SampleShape shape = layout.shape;  // the maker's: flattening changes no memory
      layout = needs_[i].src_layout;
      layout.shape = shape;
      src(i).value.whole_batch = needs_[i].src_whole_batch;
      dst(i).value.layout.shape = needs_[i].dst_shape;
      dst(i).diff.layout = needs_[i].diff_dst_layout;
      dst(i).diff.whole_batch = needs_[i].diff_dst_whole_batch;
    }
    PlannedTensor& logits = tensors_.back();
    logits.value.whole_batch = logits.diff.whole_batch = true;
    logits.diff.layout = {logits.value.layout.shape};
    AgreeOnWholeBatch();
  }

  /// A dense layer's output is kept for the whole mini-batch as soon as its gradient is, so that
  /// its rows lie one after the other.
  void AgreeOnWholeBatch() {
    for (PlannedTensor& tensor : tensors_) {
      const bool whole = tensor.value.whole_batch || tensor.diff.whole_batch;
      if (whole && !tensor.value.layout.padded()) tensor.value.whole_batch = true;
    }
  }

  void FindLifetimes() {
    for (int i = 0; i < num_ops(); ++i) {
      const OpNeeds& needs = needs_[i];
      src(i).value_last = std::max(src(i).value_last, time_.Forward(i));
      if (needs.src_in_backward) src(i).value_last = std::max(src(i).value_last, time_.Backward(i));
      if (!needs.in_place) dst(i).value_first = time_.Forward(i);
      dst(i).value_last = std::max(dst(i).value_last, time_.Forward(i));
      if (needs.dst_in_backward) dst(i).value_last = std::max(dst(i).value_last, time_.Backward(i));
    }
    tensors_.back().has_diff = true;
    tensors_.back().value_last = std::max(tensors_.back().value_last, time_.Loss());
    tensors_.back().diff_first = time_.Loss();
    for (int i = num_ops() - 1; i >= 0; --i) {
      dst(i).diff_last = time_.Backward(i);
      if (!NeedsDiffSrc(i) || needs_[i].in_place) continue;
      src(i).has_diff = true;
      src(i).diff_first = time_.Backward(i);
    }
  }

  void PlaceParams(CompiledGraph& result) {
    std::int64_t offset = 0;
    for (OpNeeds& needs : needs_) {
      for (ParamSpec& param : needs.params) {
        param.offset = offset;
        offset += AlignFloats(param.size());
        result.params.push_back(param);
      }
    }
    result.sizes.params = offset;
  }

  /// Large chunks read a dense layer's weights less often, small ones stay in the cache; a group is
  /// the most there is.
  std::int64_t ChooseChunk() const {
    constexpr std::int64_t kWithDense = 4;
    const std::int64_t group = (mb_ + kMaxGroups - 1) / kMaxGroups;
    const bool has_dense = std::any_of(needs_.begin(), needs_.end(),
                                       [](const OpNeeds& needs) { return needs.whole_chunk; });
    if (!has_dense) return 1;
    const std::int64_t chunks = (group + kWithDense - 1) / kWithDense;
    return (group + chunks - 1) / chunks;
  }

  void PlaceTensors(CompiledGraph& result) {
    std::vector<MemoryBlock> blocks;
    std::vector<TensorPlace*> places;
    const auto add = [&](TensorPlace& place, int first, int last) {
      if (place.whole_batch) {
        place.offset = result.sizes.batch;
        result.sizes.batch += AlignFloats(mb_ * place.layout.size());
        return;
      }
      // What is made and used up within a segment needs room for one sample; what is handed on
      // needs it for all, from the first one's entry into the segment to the last one's exit.
      place.one_sample = time_.SegmentFirst(first) == time_.SegmentFirst(last);
      const std::int64_t samples = place.one_sample ? 1 : result.chunk;
      blocks.push_back({.size = samples * place.layout.size(),
                        .first = place.one_sample ? first : time_.SegmentFirst(first),
                        .last = place.one_sample ? last : time_.SegmentLast(last)});
      places.push_back(&place);
    };
    for (PlannedTensor& tensor : tensors_) {
      add(tensor.value, tensor.value_first, tensor.value_last);
      if (tensor.has_diff) add(tensor.diff, tensor.diff_first, tensor.diff_last);
    }
    result.sizes.workspace = AssignOffsets(blocks);
    for (std::size_t i = 0; i < blocks.size(); ++i) places[i]->offset = blocks[i].offset;
  }

  std::vector<std::unique_ptr<Op>> ops_;
  std::int64_t mb_;
  std::vector<OpNeeds> needs_;
  Timeline time_;
  std::vector<PlannedTensor> tensors_;  // the first is the input, the last holds the logits
  std::vector<int> src_of_, dst_of_;    // indices of tensors_, an op each
};

}  // namespace

std::int64_t ParamSpec::size() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

CompiledGraph Compile(const graph::Graph& graph, std::int64_t mb) {
  NETSMITH_CHECK_GE(mb, 1);
  return Planner(graph, Lower(graph), mb).Plan();
}

}  // namespace netsmith::engine
