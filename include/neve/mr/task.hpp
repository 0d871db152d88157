#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>
#include <neve/frame/chunk.hpp>
#include <neve/frame/chunk_builder.hpp>

/// A task is a plain struct that every node knows by name:
///
///     struct SumTask {
///       static constexpr std::string_view name = "stats.sum";
///       static constexpr auto reduction = mr::Reduction::ordered;
///       struct State { … fields(archive) };      // sent once to every node
///       struct Partial { … fields(archive) };    // travels back
///       struct Scratch { … };                    // optional, see below
///       static void map(const mr::RowGroup&, const State&, Partial&);
///       static void merge(Partial& left, const Partial& right);
///     };
///
/// map() takes a Scratch& before the Partial& where the task has one, and an mr::Outputs& at the
/// end where it writes columns. It is pure but for these: no pointers into other row groups, no
/// clock, no state between calls. Optional members: `static Partial zero(const State&)` makes the
/// empty Partial; `static std::int64_t partial_bytes(const State&)` tells its size where that is
/// large.
///
/// Scratch lives with a row group, on the node that runs it, for the length of a job; `static void
/// rebuild(const RowGroup&, const State&, Scratch&)` of the job's first task fills a fresh one from
/// nothing but the group and the state. Tasks that name the same Scratch type share it under one
/// ScratchId. After a node was lost the engine makes Scratch again by doing the job's runs again
/// for the groups that need it: a map must give the same bits each time, and read nothing that may
/// have been freed since. `std::int64_t byte_size() const` of it is budgeted.
///
/// Row groups exchange what their Scratch holds (src/mr/api/exchange.hpp): a task with Scratch may
/// have a `struct Question`, a `struct Answer` (fields of both) and `static Answer answer(const
/// Scratch&, const Question&)`, which maps and rebuilds of other tasks reach through
/// RowGroup::peers. An Answer may point into the Scratch and the Question.
namespace neve::mr {

/// How Partials become one result.
enum class Reduction : std::uint8_t {
  exact,   ///< integers, fixed point, sets, extremes: merged in any order
  ordered  ///< floats: in a fixed tree over fixed blocks of row groups
};

class Peers;

/// The rows that one call of map() sees: chunk c holds them for the c-th column of the run.
struct RowGroup {
  GroupIndex index;
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
  std::span<const frame::Chunk> columns;
  Peers* peers = nullptr;  ///< set by the engine: what other row groups hold
};

/// What kind of column a task writes. `bytes` belong to a row group as a whole, are no column of a
/// frame, and are brought by set_chunk().
enum class OutputKind : std::uint8_t { doubles, int64s, times, codes, text, uuids, bytes };

/// The columns that a task writes for one row group, each as long as the group. Numbers start as
/// missing. Only the accessor of the declared kind may be used.
class Outputs {
 public:
  Outputs(std::span<const OutputKind> kinds, std::int64_t rows);
  ~Outputs();
  Outputs(const Outputs&) = delete;
  Outputs& operator=(const Outputs&) = delete;
  [[nodiscard]] std::size_t count() const;
  std::span<double> doubles(std::size_t output);
  std::span<std::int64_t> int64s(std::size_t output);  ///< also times
  std::span<std::int32_t> codes(std::size_t output);
  frame::TextBuilder& text(std::size_t output);  ///< append exactly one value per row
  /// A chunk made elsewhere instead of the plain arrays above (any kind), of as many rows.
  void set_chunk(std::size_t output, frame::Chunk chunk);
  /// Encodes all; called by the engine.
  std::vector<frame::Chunk> finish();

 private:
  struct Column;
  std::vector<Column> columns_;
};

/// For tasks without that part.
struct Nothing {
  template <class Archive>
  void fields(Archive& /*archive*/) {}
};

/// A task without its types, as the engine and the inbox of every node hold it.
struct TaskEntry {
  std::string_view name;
  Reduction reduction;
  bool has_scratch;
  std::shared_ptr<void> (*decode_state)(std::span<const std::byte>);
  wire::Bytes (*encode_state)(const void* state);
  std::int64_t (*partial_bytes)(const void* state);
  std::shared_ptr<void> (*make_partial)(const void* state);
  void (*write_partial)(wire::Writer& out, const void* partial);
  std::shared_ptr<void> (*decode_partial)(std::span<const std::byte>);
  void (*merge)(void* left, const void* right);
  std::shared_ptr<void> (*make_scratch)();
  void (*rebuild)(const RowGroup&, const void* state, void* scratch);
  std::int64_t (*scratch_bytes)(const void* scratch);
  void (*map)(const RowGroup&, const void* state, void* scratch, void* partial, Outputs& outputs);
  // Null for tasks whose Scratch nobody asks.
  std::shared_ptr<void> (*decode_question)(std::span<const std::byte>);
  wire::Bytes (*encode_question)(const void* question);
  std::shared_ptr<void> (*answer)(const void* scratch, const void* question);
  wire::Bytes (*encode_answer)(const void* answer);
  std::shared_ptr<void> (*decode_answer)(std::span<const std::byte>);
};

namespace detail {

template <class Task>
concept HasScratch = requires { typename Task::Scratch; };

template <class Task>
void call_map(const RowGroup& group, const void* state, void* scratch, void* partial,
              Outputs& outputs) {
  const auto& s = *static_cast<const typename Task::State*>(state);
  auto& p = *static_cast<typename Task::Partial*>(partial);
  if constexpr (HasScratch<Task>) {
    auto& kept = *static_cast<typename Task::Scratch*>(scratch);
    if constexpr (requires { Task::map(group, s, kept, p, outputs); }) {
      Task::map(group, s, kept, p, outputs);
    } else {
      Task::map(group, s, kept, p);
    }
  } else if constexpr (requires { Task::map(group, s, p, outputs); }) {
    Task::map(group, s, p, outputs);
  } else {
    Task::map(group, s, p);
  }
}

template <class Task>
std::shared_ptr<void> make_partial(const void* state) {
  using Partial = typename Task::Partial;
  const auto& s = *static_cast<const typename Task::State*>(state);
  if constexpr (requires { Task::zero(s); }) {
    return std::make_shared<Partial>(Task::zero(s));
  } else {
    return std::make_shared<Partial>();
  }
}

template <class Task>
std::int64_t partial_bytes(const void* state) {
  if constexpr (requires(const typename Task::State& s) { Task::partial_bytes(s); }) {
    return Task::partial_bytes(*static_cast<const typename Task::State*>(state));
  } else {
    return static_cast<std::int64_t>(sizeof(typename Task::Partial));
  }
}

template <class T>
wire::Bytes encode_as(const void* value) {
  return wire::encode(*static_cast<const T*>(value));
}

template <class T>
std::shared_ptr<void> decode_as(std::span<const std::byte> bytes) {
  return std::make_shared<T>(wire::decode<T>(bytes));
}

template <class Task>
std::shared_ptr<void> call_answer(const void* scratch, const void* question) {
  return std::make_shared<typename Task::Answer>(
      Task::answer(*static_cast<const typename Task::Scratch*>(scratch),
                   *static_cast<const typename Task::Question*>(question)));
}

}  // namespace detail

/// The entry of Task; list it in the tasks() of its folder.
template <class Task>
const TaskEntry& task_entry() {
  using State = typename Task::State;
  using Partial = typename Task::Partial;
  static const TaskEntry kEntry = [] {
    TaskEntry entry{};
    entry.name = Task::name;
    entry.reduction = Task::reduction;
    entry.has_scratch = detail::HasScratch<Task>;
    entry.decode_state = detail::decode_as<State>;
    entry.encode_state = detail::encode_as<State>;
    entry.partial_bytes = detail::partial_bytes<Task>;
    entry.make_partial = detail::make_partial<Task>;
    entry.write_partial = [](wire::Writer& out, const void* partial) {
      out(*static_cast<const Partial*>(partial));
    };
    entry.decode_partial = detail::decode_as<Partial>;
    entry.merge = [](void* left, const void* right) {
      Task::merge(*static_cast<Partial*>(left), *static_cast<const Partial*>(right));
    };
    if constexpr (detail::HasScratch<Task>) {
      using Scratch = typename Task::Scratch;
      entry.make_scratch = []() -> std::shared_ptr<void> { return std::make_shared<Scratch>(); };
      entry.rebuild = [](const RowGroup& group, const void* state, void* scratch) {
        Task::rebuild(group, *static_cast<const State*>(state), *static_cast<Scratch*>(scratch));
      };
      entry.scratch_bytes = [](const void* scratch) {
        return static_cast<std::int64_t>(static_cast<const Scratch*>(scratch)->byte_size());
      };
    }
    if constexpr (requires { typename Task::Question; }) {
      entry.decode_question = detail::decode_as<typename Task::Question>;
      entry.encode_question = detail::encode_as<typename Task::Question>;
      entry.answer = detail::call_answer<Task>;
      entry.encode_answer = detail::encode_as<typename Task::Answer>;
      entry.decode_answer = detail::decode_as<typename Task::Answer>;
    }
    entry.map = detail::call_map<Task>;
    return entry;
  }();
  return kEntry;
}

using TaskList = std::vector<const TaskEntry*>;

}  // namespace neve::mr
