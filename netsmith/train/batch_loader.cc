#include "netsmith/train/batch_loader.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace netsmith::train {
namespace {

struct Buffer {
  std::vector<float> samples;
  std::vector<std::int32_t> labels;
  bool ready = false;  // filled, and not yet given back
  std::exception_ptr failure;
};

}  // namespace

struct BatchLoader::Impl {
  Impl(const data::Dataset& data_set, std::vector<std::int64_t> records,
       const data::Augmenter& borrowed, const Options& loader_options)
      : dataset(data_set),
        order(std::move(records)),
        augmenter(borrowed),
        options(loader_options),
        streams(options.seed) {
    if (!augmenter.empty()) {
      thread = std::jthread([this](const std::stop_token& stop) { Produce(stop); });
    }
  }

  std::size_t num_batches() const {
    const auto mb = static_cast<std::size_t>(options.mb);
    return (order.size() + mb - 1) / mb;
  }

  void Fill(std::size_t batch, Buffer& buffer) {
    const auto mb = static_cast<std::size_t>(options.mb);
    const std::size_t first = batch * mb;
    const auto records = std::span(order).subspan(first, std::min(mb, order.size() - first));
    const auto size = static_cast<std::size_t>(dataset.shape().size());
    buffer.samples.resize(records.size() * size);
    buffer.labels.resize(records.size());
    dataset.Read(records, buffer.samples);
    for (std::size_t i = 0; i < records.size(); ++i) {
      buffer.labels[i] = dataset.Label(records[i]);
      if (augmenter.empty()) continue;
      augmenter.Apply(std::span(buffer.samples).subspan(i * size, size),
                      streams.For("augment", options.epoch, records[i]), scratch);
    }
  }

  /// The thread: fills the buffers in turn, each as soon as it was given back.
  void Produce(const std::stop_token& stop) {
    for (std::size_t batch = 0; batch < num_batches(); ++batch) {
      Buffer& buffer = buffers[batch % buffers.size()];
      {
        std::unique_lock lock(mutex);
        if (!changed.wait(lock, stop, [&] { return !buffer.ready; })) return;
      }
      try {
        Fill(batch, buffer);
      } catch (...) {
        buffer.failure = std::current_exception();
      }
      {
        const std::lock_guard lock(mutex);
        buffer.ready = true;
      }
      changed.notify_all();
      if (buffer.failure) return;
    }
  }

  /// Waits for the buffer of `next` and gives the one before back.
  Buffer& Take() {
    std::unique_lock lock(mutex);
    if (next > 0) buffers[(next - 1) % buffers.size()].ready = false;
    changed.notify_all();
    Buffer& buffer = buffers[next % buffers.size()];
    changed.wait(lock, [&] { return buffer.ready; });
    if (buffer.failure) std::rethrow_exception(buffer.failure);
    return buffer;
  }

  MiniBatch Next() {
    if (next == num_batches()) return {};
    if (!thread.joinable()) Fill(next, buffers[0]);
    const Buffer& buffer = thread.joinable() ? Take() : buffers[0];
    ++next;
    return {.samples = buffer.samples, .labels = buffer.labels};
  }

  const data::Dataset& dataset;
  std::vector<std::int64_t> order;
  const data::Augmenter& augmenter;
  Options options;
  base::RandomStreams streams;
  std::vector<float> scratch;  // of whoever fills
  std::size_t next = 0;        // of the caller
  std::mutex mutex;
  std::condition_variable_any changed;
  std::array<Buffer, 2> buffers;
  std::jthread thread;  // last: joined before the rest is destroyed
};

BatchLoader::BatchLoader(const data::Dataset& dataset, std::vector<std::int64_t> order,
                         const data::Augmenter& augmenter, const Options& options)
    : impl_(std::make_unique<Impl>(dataset, std::move(order), augmenter, options)) {}
BatchLoader::~BatchLoader() = default;

MiniBatch BatchLoader::Next() { return impl_->Next(); }

}  // namespace netsmith::train
