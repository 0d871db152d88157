#include <neve/ingest/ingest.hpp>

#include <algorithm>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "ingest/api/serve_parses.hpp"
#include "ingest/columnar_export.hpp"
#include "ingest/formats/columnar/columnar_setup.hpp"
#include "ingest/formats/columnar/container_sniff.hpp"
#include "ingest/frame_export.hpp"
#include "ingest/frame_store.hpp"
#include "ingest/import_paths.hpp"
#include "ingest/parse_job.hpp"
#include "ingest/parse_shares.hpp"
#include "ingest/plain_text.hpp"
#include "ingest/raw_files.hpp"
#include "ingest/sources/memory_source.hpp"
#include "ingest/sources/unpack.hpp"
#include "ingest/sources/url.hpp"

namespace neve::ingest {

namespace {

constexpr int kSuggestions = 100;

/// H2O-3's name for a file of this machine: "nfs:/" and the absolute path.
std::string key_of_path(const std::string& path) { return "nfs:/" + path; }

/// The file, unpacked, if it is one of columns; else null.
ByteSourcePtr open_columnar(const ByteSourcePtr& file, Budget& budget) {
  if (!is_packed(*file)) return columnar::container_of(*file) ? file : nullptr;
  constexpr std::size_t kEnough = std::size_t{64} << 10;  // packed, for what tells
  const std::string beginning = unpacked_beginning(*file, kEnough, budget);
  if (!columnar::container_of(MemorySource(file->name(), beginning))) return nullptr;
  return unpacked(file, budget);
}

/// Enough of a file to see a few of its rows, which may be long.
Sample sample_of(const ByteSourcePtr& file, Budget& budget) {
  constexpr std::size_t kLongest = std::size_t{1} << 30;
  constexpr std::ptrdiff_t kFewLines = 3;
  for (std::size_t size = Sample::kBytes;; size *= 4) {
    Reservation memory;
    if (size > Sample::kBytes) {
      memory = budget.reserve(static_cast<std::int64_t>(size), "The beginning of " + file->name());
    }
    Sample sample{.name = file->name(), .bytes = beginning_of_text(file, size, budget)};
    sample.whole = sample.bytes.size() < size;
    const bool enough = sample.whole || std::ranges::count(sample.bytes, '\n') >= kFewLines ||
                        std::ranges::count(sample.bytes, '\r') >= kFewLines;
    if (enough || size >= kLongest) return sample;
  }
}

}  // namespace

Ingest::Ingest(mr::ComputeNode& node, job::Jobs& jobs, const PathPolicy& policy)
    : engine_(node.engine()),
      frames_(node.frames()),
      jobs_(jobs),
      policy_(policy),
      raw_files_(std::make_unique<RawFiles>(node.engine())),
      shares_(serve_parses(node, policy)) {}

Ingest::~Ingest() = default;

Imported Ingest::import_files(const std::vector<std::string>& paths, const std::string& pattern) {
  Imported imported;
  for (const std::string& path : paths) {
    if (is_http_url(path)) {
      const auto fetched = fetch_url(path, engine_.budget());
      frame::BytesBuilder pieces;
      pieces.append(std::as_bytes(std::span(fetched->view())));
      raw_files_->put_bytes(path, pieces.finish());
      imported.files.push_back(path);
      imported.keys.push_back(path);
      continue;
    }
    for (const std::string& file : find_files(path, pattern, policy_)) {
      raw_files_->put_path(key_of_path(file), file);
      imported.files.push_back(file);
      imported.keys.push_back(key_of_path(file));
    }
  }
  return imported;
}

std::vector<std::string> Ingest::suggest_paths(const std::string& beginning, int limit) const {
  return complete_path(beginning, static_cast<std::size_t>(limit > 0 ? limit : kSuggestions),
                       policy_);
}

void Ingest::keep_upload(const std::string& key, std::span<const frame::Chunk> pieces,
                         std::vector<Reservation> memory) {
  memory.clear();  // the store reserves for itself
  raw_files_->put_bytes(key, pieces);
}

std::string Ingest::new_upload_key() const {
  constexpr std::string_view kHex = "0123456789abcdef";
  const CounterRng rng(static_cast<std::uint64_t>(draw_seed()));
  std::string key = "upload_";
  for (std::uint64_t i = 0; i < 32; ++i) key += kHex[rng.below(i, 16)];
  return key;
}

bool Ingest::has_raw_file(const std::string& key) const { return raw_files_->has(key); }

void Ingest::forget_upload(const std::string& key) { raw_files_->remove(key); }

FileSetup Ingest::guess(const std::vector<std::string>& source_keys, const FileSetup& said) const {
  if (source_keys.empty()) {
    throw InputError::illegal_argument("source_frames names no file.", {{"source_frames", ""}});
  }
  for (const std::string& column : said.partition_by) (void)values_of_folders(column, source_keys);
  std::vector<Sample> samples;
  std::vector<ByteSourcePtr> columnar;
  for (const std::string& key : source_keys) {
    const ByteSourcePtr file = raw_files_->open(key, raw_files_->require(key));
    if (ByteSourcePtr columns = open_columnar(file, engine_.budget())) {
      columnar.push_back(std::move(columns));
    } else {
      samples.push_back(sample_of(file, engine_.budget()));
    }
  }
  if (columnar.empty() && columnar::is_columnar(said.parse_type)) {
    throw InputError::illegal_argument(samples.front().name +
                                           ": this does not begin as a file of " + "parse_type " +
                                           said.parse_type + ".",
                                       {{"parse_type", said.parse_type}});
  }
  if (columnar.empty()) return guess_setup(samples, said);
  if (!samples.empty()) {
    throw InputError::illegal_argument("The files " + columnar.front()->name() + " and " +
                                       samples.front().name +
                                       " are of different formats; parse them apart.");
  }
  return columnar::columnar_setup(columnar, said, engine_.budget());
}

std::string Ingest::frame_name(const std::string& source_key) const {
  const store::Catalog& catalog = engine_.store().catalog();
  return frame_name_for(source_key,
                        [&](const std::string& name) { return catalog.find(name).has_value(); });
}

/// What parsing does. Files come by value, as their names go when it is done.
struct ParseRequest {
  static constexpr std::string_view kKind = "ingest.parse";
  ParseOrder order;
  std::vector<RawFile> files;
  std::string time_zone;
  template <class Archive>
  void fields(Archive& archive) {
    archive(order, files, time_zone);
  }
};

std::shared_ptr<job::Job> Ingest::parse(const ParseOrder& order) {
  if (order.source_keys.empty()) {
    throw InputError::illegal_argument("source_frames names no file.", {{"source_frames", ""}});
  }
  ParseRequest request{.order = order, .files = {}, .time_zone = time_zone().name()};
  std::vector<ColumnId> columns;
  for (const std::string& key : order.source_keys) {
    if (key == order.destination) {
      throw InputError::bad_request(
          "The destination frame " + key + " has the name of a file to parse; choose another.",
          {{"destination_frame", key}});
    }
    request.files.push_back(raw_files_->require(key));
    const RawFile& file = request.files.back();
    (void)raw_files_->open(key, file);  // a file that is not there is said at once
    if (file.path.empty()) columns.push_back(file.blob.column);
  }
  (void)plan_table(order.setup, time_zone(), order.source_keys);
  const job::Description description{
      .text = "Parse", .destination = order.destination, .destination_type = "Key<Frame>"};
  return jobs_.start(description, {.kind = ParseRequest::kKind,
                                   .request = wire::encode(request),
                                   .columns = std::move(columns)});
}

void Ingest::run_parse_job(const ParseRequest& request, job::Job& job) {
  const ParseOrder& order = request.order;
  const TimeZone zone = TimeZone::find(request.time_zone).value_or(TimeZone());
  ParseRun run{.files = {},
               .plan = plan_table(order.setup, zone, order.source_keys),
               .destination = order.destination};
  for (std::size_t i = 0; i < request.files.size(); ++i) {
    const RawFile& file = request.files[i];
    // The job may have come from another node, of whose files this one's rules know nothing.
    if (!file.path.empty()) (void)policy_.check_read(file.path);
    run.files.push_back({.source = raw_files_->open(order.source_keys[i], file), .blob = {}});
    if (file.path.empty()) run.files.back().blob = file.blob;
  }
  const auto remove_sources = [&] {
    for (const std::string& key : order.source_keys) raw_files_->remove(key);
  };
  try {
    run_parse(*shares_, frames_, run, job);
  } catch (...) {
    if (order.sent_for_this) remove_sources();
    throw;
  }
  if (order.delete_sources) remove_sources();
}

std::shared_ptr<job::Job> Ingest::export_csv(const frame::Frame& frame, const ExportOrder& order) {
  const ExportRequest request{
      .node = engine_.self(), .frame = frame, .order = checked_export(order, policy_)};
  const job::Description description{
      .text = "Export dataset", .destination = frame.key, .destination_type = "Key<Frame>"};
  return jobs_.start(description, {.kind = ExportRequest::kKind,
                                   .request = wire::encode(request),
                                   .columns = frame::column_ids(frame)});
}

std::shared_ptr<job::Job> Ingest::export_columns(const frame::Frame& frame,
                                                 const ColumnarExportOrder& order) {
  ColumnarExportRequest request{.node = engine_.self(), .frame = frame, .order = order};
  request.order.path = policy_.check_write(order.path);
  request.order.form.time_zone = time_zone().name();
  check_columnar_export(frame, request.order);
  const job::Description description{
      .text = "Export dataset", .destination = frame.key, .destination_type = "Key<Frame>"};
  return jobs_.start(description, {.kind = ColumnarExportRequest::kKind,
                                   .request = wire::encode(request),
                                   .columns = frame::column_ids(frame)});
}

std::shared_ptr<job::Job> Ingest::save_frame(const frame::Frame& frame, const std::string& folder,
                                             bool overwrite) {
  const SaveRequest request{.node = engine_.self(),
                            .frame = frame,
                            .path = policy_.check_write(frame_file_in(folder, frame.key))};
  prepare_save(request.path, overwrite);
  const job::Description description{
      .text = "Save frame", .destination = frame.key, .destination_type = "Key<Frame>"};
  return jobs_.start(description, {.kind = SaveRequest::kKind,
                                   .request = wire::encode(request),
                                   .columns = frame::column_ids(frame)});
}

std::shared_ptr<job::Job> Ingest::load_frame(const std::string& name, const std::string& folder,
                                             bool replace) {
  if (!replace && engine_.store().catalog().find(name)) {
    throw InputError::bad_request("Frame Key<Frame> " + name + " already exists.",
                                  {{"frame_id", name}});
  }
  const LoadRequest request{.node = engine_.self(),
                            .path = policy_.check_read(frame_file_in(folder, name)),
                            .frame = name};
  const job::Description description{
      .text = "Load frame", .destination = name, .destination_type = "Key<Frame>"};
  return jobs_.start(description, {.kind = LoadRequest::kKind, .request = wire::encode(request)});
}

void Ingest::define_jobs() {
  jobs_.define(std::string(ColumnarExportRequest::kKind), [this](job::Job& job, auto bytes) {
    run_columnar_export(engine_, wire::decode<ColumnarExportRequest>(bytes), job);
  });
  jobs_.define(std::string(ParseRequest::kKind), [this](job::Job& job, auto bytes) {
    run_parse_job(wire::decode<ParseRequest>(bytes), job);
  });
  jobs_.define(std::string(ExportRequest::kKind), [this](job::Job& job, auto bytes) {
    run_export(engine_, wire::decode<ExportRequest>(bytes), job);
  });
  jobs_.define(std::string(SaveRequest::kKind), [this](job::Job& job, auto bytes) {
    run_save(engine_, wire::decode<SaveRequest>(bytes), job);
  });
  jobs_.define(std::string(LoadRequest::kKind), [this](job::Job& job, auto bytes) {
    run_load(engine_, frames_, wire::decode<LoadRequest>(bytes), job);
  });
}

TimeZone Ingest::time_zone() const {
  const std::lock_guard lock(mutex_);
  return zone_;
}

void Ingest::set_time_zone(const std::string& name) {
  const auto zone = TimeZone::find(name);
  if (!zone) {
    throw InputError::bad_request(
        "There is no time zone '" + name +
            "'; names are those of the IANA database, such as Europe/Berlin.",
        {{"time_zone", name}});
  }
  const std::lock_guard lock(mutex_);
  zone_ = *zone;
}

}  // namespace neve::ingest
