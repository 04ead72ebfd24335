#include "netsmith/engine/compile.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "netsmith/base/check.h"
#include "netsmith/engine/lower.h"
#include "netsmith/engine/memory_plan.h"
#include "netsmith/engine/timeline.h"

namespace netsmith::engine {
namespace {

/// Memory for the value or the gradient of one tensor, or of several that share it.
struct Storage {
  TensorPlace place;
  bool used = false;
  bool needs_order = false;  // rows of samples one after the other: whole batch, no padding
  bool remade = false;       // made again on the way back
  int first = 0, last = 0;   // when it is in use

  void UseAt(int time) {
    first = used ? std::min(first, time) : time;
    last = used ? std::max(last, time) : time;
    used = true;
  }
  /// Room for more padding; the shape is the maker's: flattening changes no memory.
  void Widen(const Layout& layout) {
    Layout& mine = place.layout;
    mine.pad_top = std::max(mine.pad_top, layout.pad_top);
    mine.pad_left = std::max(mine.pad_left, layout.pad_left);
    mine.pad_bottom = std::max(mine.pad_bottom, layout.pad_bottom);
    mine.pad_right = std::max(mine.pad_right, layout.pad_right);
  }
};

std::vector<OpNeeds> NeedsOf(const std::vector<LoweredOp>& ops) {
  std::vector<OpNeeds> needs;
  for (const LoweredOp& lowered : ops) needs.push_back(lowered.op->Needs());
  return needs;
}

class Planner {
 public:
  Planner(LoweredGraph graph, std::int64_t mb)
      : ops_(std::move(graph.ops)),
        num_tensors_(graph.num_tensors),
        mb_(mb),
        needs_(NeedsOf(ops_)),
        phases_(PhasesOf(needs_)),
        time_(needs_, phases_) {
    values_.resize(num_tensors_);
    diffs_.resize(num_tensors_);
    values_[0].place.layout.shape = diffs_[0].place.layout.shape = graph.input;
    ShareStorage();
    LayOut();
    FindLifetimes();
  }

  CompiledGraph Plan() {
    CompiledGraph result;
    PlaceParams(result);
    result.chunk = ChooseChunk();
    PlaceTensors(result);
    std::vector<OpPlaces> places;
    for (int i = 0; i < num_ops(); ++i) places.push_back(PlaceOp(i, result));
    for (const Phase& phase : phases_) result.reads.push_back(ReadsOf(phase, needs_, places));
    for (int i = 0; i < num_ops(); ++i) result.ops[i].op->Place(std::move(places[i]));
    result.phases = phases_;
    result.input = value(0).place;
    result.logits = value(num_tensors_ - 1).place;
    result.diff_logits = diff(num_tensors_ - 1).place;
    return result;
  }

 private:
  int num_ops() const { return static_cast<int>(ops_.size()); }
  Storage& value(int tensor) { return values_[value_of_[tensor]]; }
  Storage& diff(int tensor) { return diffs_[diff_of_[tensor]]; }

  /// Finds which tensors share memory, and which have a gradient at all.
  void ShareStorage() {
    std::vector<bool> forked(num_tensors_, false);  // by storage: other readers may come later
    has_diff_.assign(num_tensors_, false);
    for (int t = 0; t < num_tensors_; ++t) {
      value_of_.push_back(t);
      diff_of_.push_back(t);
    }
    for (int i = 0; i < num_ops(); ++i) {
      const auto& [op, srcs, dsts] = ops_[i];
      const bool trained = std::any_of(needs_[i].params.begin(), needs_[i].params.end(),
                                       [](const ParamSpec& param) { return param.trained; });
      for (const int dst : dsts) {
        has_diff_[dst] = trained || std::any_of(srcs.begin(), srcs.end(),
                                                [&](int src) { return has_diff_[src]; });
      }
      if (needs_[i].sharing == Sharing::kNone) continue;
      if (needs_[i].sharing != Sharing::kValue) diff_of_[dsts[0]] = diff_of_[srcs[0]];
      const int storage = value_of_[srcs[0]];
      if (needs_[i].sharing == Sharing::kFork) {
        forked[storage] = true;
        for (const int dst : dsts) value_of_[dst] = storage;
      } else if (!forked[storage]) {
        value_of_[dsts[0]] = storage;
      }
    }
  }

  /// A value has the padding that its readers want, a gradient that which the maker of the value
  /// wants. The logits and their gradient are kept for the whole mini-batch.
  void LayOut() {
    for (int i = 0; i < num_ops(); ++i) {
      const auto& [op, srcs, dsts] = ops_[i];
      for (std::size_t k = 0; k < dsts.size(); ++k) {
        const DstNeeds& wish = needs_[i].dsts[k];
        if (value_of_[dsts[k]] == dsts[k]) value(dsts[k]).place.layout.shape = wish.shape;
        if (diff_of_[dsts[k]] != dsts[k]) continue;
        diff(dsts[k]).place.layout = wish.diff_layout;
        diff(dsts[k]).needs_order |= wish.diff_whole_batch;
      }
      for (std::size_t k = 0; k < srcs.size(); ++k) {
        value(srcs[k]).Widen(needs_[i].srcs[k].layout);
        value(srcs[k]).needs_order |= needs_[i].srcs[k].whole_batch;
      }
    }
    const int logits = num_tensors_ - 1;
    value(logits).needs_order = diff(logits).needs_order = true;
    diff(logits).place.layout = {value(logits).place.layout.shape};
    for (int t = 0; t < num_tensors_; ++t) {
      // A dense layer's output is kept as soon as its gradient is, so that its rows lie in order.
      if (diff(t).needs_order && !value(t).place.layout.padded()) value(t).needs_order = true;
      NETSMITH_CHECK(!(value(t).needs_order && value(t).place.layout.padded()));
    }
  }

  void FindLifetimes() {
    value(0).UseAt(0);
    for (int i = 0; i < num_ops(); ++i) {
      const auto& [op, srcs, dsts] = ops_[i];
      for (std::size_t k = 0; k < srcs.size(); ++k) {
        value(srcs[k]).UseAt(time_.Forward(i));
        if (needs_[i].srcs[k].in_backward) value(srcs[k]).UseAt(time_.Backward(i));
        if (has_diff_[srcs[k]]) diff(srcs[k]).UseAt(time_.Backward(i));
      }
      for (std::size_t k = 0; k < dsts.size(); ++k) {
        value(dsts[k]).UseAt(time_.Forward(i));
        if (needs_[i].dsts[k].in_backward) value(dsts[k]).UseAt(time_.Backward(i));
        if (has_diff_[dsts[k]]) diff(dsts[k]).UseAt(time_.Backward(i));
      }
    }
    value(num_tensors_ - 1).UseAt(time_.Loss());
    diff(num_tensors_ - 1).UseAt(time_.Loss());
    for (int i = 0; i < num_ops(); ++i) {
      if (needs_[i].remakes && CanRemake(i)) value(ops_[i].dsts[0]).remade = true;
    }
  }

  /// True when what op `i` makes would be kept for the whole mini-batch, though all that read it do
  /// so in the op's own segments: a sample's is then made again as it enters the segment back.
  bool CanRemake(int i) const {
    const int made = ops_[i].dsts[0];
    if (value_of_[made] != made || values_[made].needs_order) return false;
    const int there = time_.Forward(i), back = time_.Backward(i);
    if (time_.PhaseOf(there) == time_.PhaseOf(back)) return false;
    const auto together = [&](int a, int b) {
      return time_.SegmentFirst(a) == time_.SegmentFirst(b);
    };
    for (int reader = 0; reader < num_ops(); ++reader) {
      const auto& [op, srcs, dsts] = ops_[reader];
      for (std::size_t k = 0; k < srcs.size(); ++k) {
        if (value_of_[srcs[k]] != made) continue;
        if (needs_[reader].sharing == Sharing::kInPlace && value_of_[dsts[0]] == made) return false;
        if (!together(time_.Forward(reader), there)) return false;
        if (needs_[reader].srcs[k].in_backward && !together(time_.Backward(reader), back)) {
          return false;
        }
      }
      for (std::size_t k = 0; k < dsts.size(); ++k) {
        if (value_of_[dsts[k]] == made && needs_[reader].dsts[k].in_backward) return false;
      }
    }
    return true;
  }

  void PlaceParams(CompiledGraph& result) {
    for (OpNeeds& needs : needs_) {
      for (ParamSpec& param : needs.params) {
        std::int64_t& end = param.trained ? result.sizes.params : result.sizes.statistics;
        param.offset = end;
        end += AlignFloats(param.size());
        (param.trained ? result.params : result.running_averages).push_back(param);
      }
    }
  }

  /// Large chunks read a dense layer's weights less often, small ones stay in the cache; a group is
  /// the most there is.
  std::int64_t ChooseChunk() const {
    constexpr std::int64_t kWithDense = 4;
    const std::int64_t group = LargestGroup(mb_);
    const bool has_dense = std::any_of(needs_.begin(), needs_.end(),
                                       [](const OpNeeds& needs) { return needs.whole_chunk; });
    if (!has_dense) return 1;
    const std::int64_t chunks = (group + kWithDense - 1) / kWithDense;
    return (group + chunks - 1) / chunks;
  }

  /// Samples and time for which a storage needs room, and in which memory.
  MemoryBlock BlockOf(Storage& storage, std::int64_t chunk) const {
    TensorPlace& place = storage.place;
    const int first = storage.first, last = storage.last;
    if (storage.remade) {
      place.one_sample = true;
      return {.size = place.layout.size(), .first = first, .last = last};
    }
    place.whole_batch = storage.needs_order || time_.PhaseOf(first) != time_.PhaseOf(last);
    if (place.whole_batch) {
      // Gradients of dense weights are made at the very end.
      return {.size = mb_ * place.layout.size(),
              .first = time_.PhaseFirst(first),
              .last = storage.needs_order ? time_.End() : time_.PhaseLast(last)};
    }
    // What is made and used up within a segment needs room for one sample; what is handed on needs
    // it for all, from the first one's entry into the segment to the last one's exit.
    place.one_sample = time_.SegmentFirst(first) == time_.SegmentFirst(last);
    if (place.one_sample) return {.size = place.layout.size(), .first = first, .last = last};
    return {.size = chunk * place.layout.size(),
            .first = time_.SegmentFirst(first),
            .last = time_.SegmentLast(last)};
  }

  void PlaceTensors(CompiledGraph& result) {
    std::vector<MemoryBlock> workspace, batch;
    std::vector<std::int64_t*> workspace_offsets, batch_offsets;
    std::vector<std::size_t> batch_values;  // which of the blocks in `batch`
    const auto add = [&](Storage& storage) {
      if (!storage.used) return;
      const MemoryBlock block = BlockOf(storage, result.chunk);
      (storage.place.whole_batch ? batch : workspace).push_back(block);
      (storage.place.whole_batch ? batch_offsets : workspace_offsets)
          .push_back(&storage.place.offset);
    };
    for (int t = 0; t < num_tensors_; ++t) {
      const std::size_t before = batch.size();
      if (value_of_[t] == t) add(value(t));
      if (batch.size() > before) batch_values.push_back(before);
      if (diff_of_[t] == t) add(diff(t));
    }
    kept_.resize(needs_.size());
    for (int i = 0; i < num_ops(); ++i) {
      const int back = time_.Backward(i);
      workspace_offsets.push_back(&kept_[i]);
      workspace.push_back(
          {.size = needs_[i].kept, .first = time_.PhaseFirst(back), .last = time_.PhaseLast(back)});
    }
    result.sizes.workspace = AssignOffsets(workspace);
    result.sizes.batch = AssignOffsets(batch);
    for (std::size_t i = 0; i < workspace.size(); ++i) {
      *workspace_offsets[i] = workspace[i].offset;
    }
    for (std::size_t i = 0; i < batch.size(); ++i) *batch_offsets[i] = batch[i].offset;
    for (const std::size_t i : batch_values) {
      for (const std::size_t j : batch_values) {
        const MemoryBlock &a = batch[i], &b = batch[j];
        result.values_share_memory |=
            i != j && a.offset < b.offset + b.size && b.offset < a.offset + a.size;
      }
    }
  }

  OpPlaces PlaceOp(int i, CompiledGraph& result) {
    auto& [op, srcs, dsts] = ops_[i];
    OpPlaces places{.kept = kept_[i],
                    .packed = result.sizes.packed,
                    .group_gradients = result.sizes.group_gradients};
    bool has_backward = !needs_[i].params.empty();
    for (const int src : srcs) {
      places.srcs.push_back(value(src).place);
      places.diff_srcs.push_back(diff(src).place);
      places.needs_diff_srcs.push_back(has_diff_[src]);
      has_backward |= has_diff_[src];
    }
    for (const int dst : dsts) {
      places.dsts.push_back(value(dst).place);
      places.diff_dsts.push_back(diff(dst).place);
    }
    for (const ParamSpec& param : needs_[i].params) places.params.push_back(param.offset);
    result.sizes.packed += AlignFloats(needs_[i].packed);
    result.sizes.group_gradients += AlignFloats(needs_[i].group_gradients);
    result.sizes.scratch = std::max(result.sizes.scratch, AlignFloats(needs_[i].scratch));
    result.ops.push_back({std::move(op), needs_[i].whole_chunk, has_backward,
                          needs_[i].remakes && value(dsts[0]).remade});
    return places;
  }

  std::vector<LoweredOp> ops_;
  int num_tensors_;
  std::int64_t mb_;
  std::vector<OpNeeds> needs_;
  std::vector<Phase> phases_;
  Timeline time_;
  std::vector<Storage> values_, diffs_;  // by the first tensor that they hold
  std::vector<int> value_of_, diff_of_;  // which storage, a tensor each
  std::vector<bool> has_diff_;           // a tensor each: parameters lie before it
  std::vector<std::int64_t> kept_;       // offsets, an op each
};

}  // namespace

std::int64_t ParamSpec::size() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

CompiledGraph Compile(const graph::Graph& graph, std::int64_t mb, Precision precision) {
  NETSMITH_CHECK_GE(mb, 1);
  return Planner(Lower(graph, precision, LargestGroup(mb)), mb).Plan();
}

}  // namespace netsmith::engine
