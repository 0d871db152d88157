#pragma once

#include <map>
#include <string_view>
#include <vector>

#include <neve/base/buffer.hpp>
#include <neve/mr/task.hpp>

#include "munge/program.hpp"

namespace neve::munge {

/// A chunk on its way to another layout; shared on one node, copied between nodes.
struct TravellingChunk {
  SharedBuffer buffer;
  template <class Archive>
  void fields(Archive& archive) {
    wire::Bytes bytes;
    if constexpr (std::is_same_v<Archive, wire::Writer>) {
      bytes.assign(buffer->bytes().begin(), buffer->bytes().end());
      archive(bytes);
    } else {
      archive(bytes);
      Buffer made(bytes.size());
      std::copy(bytes.begin(), bytes.end(), made.bytes().begin());
      buffer = SharedBuffer(std::move(made));
    }
  }
};

/// Shrinks each row group to the rows that a mask picks.
struct FilterTask {
  static constexpr std::string_view name = "munge.filter";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    Program mask;
    std::vector<std::int32_t> columns;  ///< of the run, that are kept
    template <class Archive>
    void fields(Archive& archive) {
      archive(mask, columns);
    }
  };
  struct Kept {
    std::int64_t rows = 0;
    std::vector<TravellingChunk> chunks;
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, chunks);
    }
  };
  struct Partial {
    std::map<std::int32_t, Kept> groups;
    template <class Archive>
    void fields(Archive& archive) {
      archive(groups);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) {
    left.groups.insert(right.groups.begin(), right.groups.end());
  }
};

}  // namespace neve::munge
