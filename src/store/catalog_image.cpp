#include <algorithm>

#include <neve/store/catalog.hpp>

namespace neve::store {

/// The catalogue as bytes have it: everything in an order, and nothing twice.
struct Catalog::Image {
  std::uint64_t version = 0;
  std::vector<Entry> entries;
  std::vector<std::string> sessions;
  std::int32_t copies = 1;
  std::uint64_t epoch = 0;
  std::vector<cluster::Member> members;
  std::map<ColumnId, ColumnState> columns;
  std::map<LayoutId, PlacementPtr> placements;
  template <class Archive>
  void fields(Archive& archive) {
    archive(version, entries, sessions, copies, epoch, members, columns, placements);
  }
};

wire::Bytes Catalog::snapshot() const {
  const std::shared_lock lock(mutex_);
  Image image;
  image.version = version_;
  for (const auto& [name, entry] : entries_) image.entries.push_back(entry);
  image.sessions.assign(sessions_.begin(), sessions_.end());
  image.copies = copies_;
  image.epoch = view_->epoch;
  image.members = view_->members;
  image.columns = columns_;
  for (const auto& [id, layout] : layouts_) image.placements[id] = layout.placement;
  return wire::encode(image);
}

std::vector<ColumnId> Catalog::restore(std::span<const std::byte> snapshot) {
  Image image = wire::decode<Image>(snapshot);
  const std::unique_lock lock(mutex_);
  std::vector<ColumnId> freed;
  for (const auto& [id, column] : columns_) {
    if (!image.columns.contains(id)) freed.push_back(id);
  }
  version_ = image.version;
  entries_.clear();
  for (Entry& entry : image.entries) {
    const std::string name = entry.name;
    entries_[name] = std::move(entry);
  }
  sessions_ = {image.sessions.begin(), image.sessions.end()};
  copies_ = image.copies;
  view_ = std::make_shared<const cluster::View>(
      cluster::View{.epoch = image.epoch, .members = std::move(image.members)});
  columns_ = std::move(image.columns);
  layouts_.clear();
  for (auto& [id, placement] : image.placements) layouts_[id].placement = std::move(placement);
  for (const auto& [id, column] : columns_) {
    const auto layout = layouts_.find(column.layout);
    if (layout != layouts_.end()) layout->second.columns.insert(id);
  }
  return freed;
}

}  // namespace neve::store
