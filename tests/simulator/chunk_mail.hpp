#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include <neve/base/buffer.hpp>
#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>

namespace neve::simulator {

/// Chunks on their way, or, without bytes, the wish for them.
struct ChunkMail {
  struct Item {
    ColumnId column;
    GroupIndex group;
    wire::Bytes bytes;
    template <class Archive>
    void fields(Archive& archive) {
      archive(column, group, bytes);
    }
    [[nodiscard]] SharedBuffer chunk() const {
      Buffer made(bytes.size());
      std::ranges::copy(bytes, made.bytes().begin());
      return SharedBuffer(std::move(made));
    }
  };
  std::vector<Item> items;

  void add(ColumnId column, GroupIndex group, const SharedBuffer& chunk) {
    const auto bytes = chunk->bytes();
    items.push_back({column, group, {bytes.begin(), bytes.end()}});
  }
  void ask(ColumnId column, GroupIndex group) { items.push_back({column, group, {}}); }
  template <class Archive>
  void fields(Archive& archive) {
    archive(items);
  }
};

}  // namespace neve::simulator
