#include "ingest/parse_share.hpp"

#include <algorithm>
#include <atomic>
#include <set>

#include <neve/base/error.hpp>

#include "ingest/formats/columnar/columnar_reader.hpp"
#include "ingest/plain_text.hpp"
#include "ingest/sources/blob_source.hpp"
#include "ingest/sources/far_source.hpp"

namespace neve::ingest {

std::string ParseSite::name() const {
  for (const cluster::Member& member : node.store().catalog().view()->members) {
    if (member.id != self()) continue;
    return member.address.empty() ? std::to_string(member.number) : member.address;
  }
  return std::to_string(self().value());
}

void ParseShare::hold(std::uint64_t source, ByteSourcePtr file) {
  const std::lock_guard lock(mutex_);
  held_[source] = std::move(file);
}

ByteSourcePtr ParseShare::held(std::uint64_t source) const {
  const std::lock_guard lock(mutex_);
  const auto at = held_.find(source);
  return at == held_.end() ? nullptr : at->second;
}

ByteSourcePtr ParseShare::open(const FileRef& ref) {
  ByteSourcePtr file = held(ref.source);
  if (!file && ref.local) {
    file = open_if_same(ref.name, *ref.local, site_.policy, site_.name());
  }
  if (!file && ref.blob) {
    return std::make_shared<BlobSource>(ref.name, site_.node.engine(), *ref.blob);
  }
  if (!file) return open_far(ref);
  if (ref.local) {
    const std::lock_guard lock(mutex_);
    opened_.push_back({file, ref.local->stamp});
  }
  return file;
}

ByteSourcePtr ParseShare::open_far(const FileRef& ref) const {
  NEVE_CHECK(ref.holder != site_.self(), "a file is not held where it should be");
  const auto fetch = [&site = site_, id = id_, token = token_, source = ref.source,
                      holder = ref.holder](std::int64_t offset, std::int64_t count) {
    token->check();
    const Asked<BytesOrder> wanted{id, {source, offset, count}};
    return site.node.transport().call(holder, "parse.bytes", wire::encode(wanted)).get();
  };
  return std::make_shared<FarSource>(ref.name, ref.size, fetch);
}

wire::Bytes ParseShare::bytes(const BytesOrder& order) const {
  const ByteSourcePtr file = held(order.source);
  NEVE_CHECK(file != nullptr && order.offset >= 0, "bytes of a file that is not here");
  const std::int64_t count = std::clamp<std::int64_t>(
      order.count, 0, std::max<std::int64_t>(file->size() - order.offset, 0));
  wire::Bytes bytes(static_cast<std::size_t>(count));
  bytes.resize(file->read(order.offset, {reinterpret_cast<char*>(bytes.data()), bytes.size()}));
  return bytes;
}

TableSources ParseShare::open_all(const std::vector<std::size_t>& places,
                                  const std::vector<FileRef>& files) {
  std::vector<ByteSourcePtr> opened(files.size());
  site_.pool().for_each(files.size(), [&](std::size_t i) { opened[i] = open(files[i]); });
  TableSources sources;
  for (std::size_t i = 0; i < files.size(); ++i) sources[places.at(i)] = std::move(opened[i]);
  return sources;
}

void ParseShare::check_files() const {
  const std::lock_guard lock(mutex_);
  const std::string node = site_.name();
  for (const Opened& opened : opened_) check_unchanged(*opened.file, opened.stamp, node);
}

template <class Work>
auto ParseShare::while_unchanged(const Work& work) {
  try {
    auto result = work();
    check_files();
    return result;
  } catch (const InputError&) {
    check_files();
    throw;
  }
}

void ParseShare::keep_memory(std::int64_t bytes) {
  Reservation more = site_.node.budget().reserve(bytes, "Parsing into " + destination_);
  const std::lock_guard lock(mutex_);
  memory_.push_back(std::move(more));
}

std::unique_ptr<RowReader> ParseShare::make_reader(const TableSources& sources,
                                                   const TableOptions& options,
                                                   const std::vector<ByteRange>& ranges) {
  if (plan_.columnar) {
    return std::make_unique<columnar::ColumnarReader>(
        sources, plan_, site_.pool(), site_.node.budget(), options, ranges,
        [this](std::int64_t bytes) { keep_memory(bytes); }, "Parsing into " + destination_);
  }
  reserve_text(ranges);
  return std::make_unique<TableReader>(sources, plan_, site_.pool(), options, ranges);
}

void ParseShare::reserve_text(const std::vector<ByteRange>& ranges) {
  std::int64_t bytes = 0;
  for (const ByteRange& range : ranges) bytes += range.end - range.begin;
  // A cell takes at least two bytes of text and, but for rare ones, at most twice that when read; a
  // pair takes at least four, and its column, row, number and place among the sorted up to 24.
  const std::int64_t grows = plan_.dialect.pairs ? 6 : 2;
  keep_memory(grows * bytes);
}

UnpackReply ParseShare::unpack(const UnpackOrder& order) {
  return while_unchanged([&] {
    UnpackReply reply;
    reply.sizes.resize(order.files.size());
    site_.pool().for_each(order.files.size(), [&](std::size_t i) {
      token_->check();
      ByteSourcePtr contents = plain_text(open(order.files[i]), site_.node.budget());
      reply.sizes[i] = contents->size();
      hold(order.as.at(i), std::move(contents));
    });
    return reply;
  });
}

ReadReply ParseShare::read(const ReadOrder& order) {
  return while_unchanged([&] {
    const auto zone = TimeZone::find(order.zone);
    if (!zone) {
      throw InputError::not_found("Node " + site_.name() + " knows no time zone '" + order.zone +
                                  "'; install the same time zone database on all nodes.");
    }
    destination_ = order.destination;
    plan_ = {.dialect = order.dialect,
             .columns = order.columns,
             .zone = *zone,
             .columnar = order.columnar,
             .adjust_to_local = order.adjust_to_local};
    options_ = {.token = token_, .progress = progress_};
    sources_ = open_all(order.places, order.files);
    reader_ = make_reader(sources_, options_, order.ranges);
    reader_->read();
    ReadReply read = reply();
    if (order.ranges.empty()) return read;
    read.start = reader_->seeming_start();
    read.end = reader_->seeming_end();
    return read;
  });
}

ReadReply ParseShare::correct(const CorrectOrder& order) {
  return while_unchanged([&] {
    NEVE_CHECK(reader_ != nullptr, "rows are corrected before they are read");
    const std::int64_t end = reader_->correct(order.start);
    ReadReply read = reply();
    read.start = order.start;
    read.end = end;
    return read;
  });
}

ReadReply ParseShare::reply() const {
  ReadReply read;
  read.rows = reader_->rows();
  read.columns = reader_->columns_of_pairs();
  return read;
}

CompleteReply ParseShare::complete(const CompleteOrder& order) {
  return while_unchanged([&] {
    NEVE_CHECK(reader_ != nullptr, "rows are completed before they are read");
    RowReader& reader = *reader_;
    table_ = reader.take();
    plan_.columns.resize(order.columns);
    CompleteReply reply;
    if (!order.tail.empty()) {
      tail_sources_ = open_all(order.places, order.files);
      tail_options_ = {.token = token_, .progress = nullptr};
      tail_ = make_reader(tail_sources_, tail_options_, order.tail);
      tail_->read();
      tail_->correct(order.tail_start);
      std::ranges::move(tail_->take().ranges, std::back_inserter(table_.ranges));
    }
    table_.number_rows(order.first_row);
    std::vector<frame::ColumnType> types;
    types.reserve(plan_.columns.size());
    for (const ColumnPlan& column : plan_.columns) types.push_back(column.type);
    encoder_.emplace(table_, std::move(types), site_.pool());
    reply.levels = encoder_->levels(site_.pool());
    return reply;
  });
}

EncodeReply ParseShare::encode(const EncodeOrder& order) {
  return while_unchanged([&] {
    TableEncoder& encoder = encoder_.value();
    encoder.set_domains(order.types, order.domains, site_.pool());
    const auto groups = static_cast<std::size_t>(order.end_group - order.first_group);
    const std::span<const std::int64_t> cuts = order.layout->cuts;
    encoder.late().expect(cuts.subspan(static_cast<std::size_t>(order.first_group), groups + 1));
    EncodeReply reply{.missed = put_groups(order), .oddities = {}};
    const std::vector<ByteRange>& ranges = reader_->ranges();
    encoder.late().look_at_rest(ranges.size());
    reply.oddities = find_oddities(table_, ranges);
    return reply;
  });
}

/// Makes the chunks, and sends them to their homes; returns those that could not be sent one. A
/// column after the other: cells that are read only now (LateCells) live until the last chunk that
/// has some of them is made.
std::vector<NodeId> ParseShare::put_groups(const EncodeOrder& order) {
  const TableEncoder& encoder = encoder_.value();
  const std::vector<std::int64_t>& cuts = order.layout->cuts;
  const std::size_t width = order.kept.size();
  const auto groups = static_cast<std::size_t>(order.end_group - order.first_group);
  std::atomic<std::size_t> done{0};
  std::mutex mutex;
  std::set<NodeId> missed;
  site_.pool().for_each(groups * width, [&](std::size_t i) {
    token_->check();
    const std::size_t column = i / groups;
    const std::int32_t group = order.first_group + static_cast<std::int32_t>(i % groups);
    const auto g = static_cast<std::size_t>(group);
    const frame::Chunk chunk = encoder.encode(order.kept[column], cuts[g], cuts[g + 1]);
    const std::vector<NodeId> lost =
        site_.node.put_chunk(*order.placement, order.ids[column], GroupIndex(group), chunk);
    if (!lost.empty()) {
      const std::lock_guard lock(mutex);
      missed.insert(lost.begin(), lost.end());
    }
    const double share = static_cast<double>(1 + done.fetch_add(1));
    if (progress_) progress_(share / static_cast<double>(groups * width));
  });
  return {missed.begin(), missed.end()};
}

}  // namespace neve::ingest
