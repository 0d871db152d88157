#include <array>

#include <neve/base/error.hpp>
#include <neve/frame/frame.hpp>
#include <neve/ingest/ingest.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

enum class ExportFormat { csv, parquet };

}  // namespace
}  // namespace neve::rest::endpoints

template <>
struct neve::schema::EnumText<neve::rest::endpoints::ExportFormat> {
  static constexpr std::string_view name = "UtilExportFileFormat";
  static constexpr std::array<std::string_view, 2> values = {"csv", "parquet"};
};

namespace neve::rest::endpoints {
namespace {

/// The part of FramesV3 that an export reads and answers with.
struct FrameExportV3 {
  schema::FrameRef frame_id;
  std::string path;
  bool force = false;
  std::int32_t num_parts = 1;
  bool parallel = false;
  std::optional<ExportFormat> format;
  std::int64_t row_offset = 0;
  std::int32_t row_count = -1;
  std::int32_t column_offset = 0;
  std::int32_t full_column_count = -1;
  std::int32_t column_count = -1;
  std::optional<std::string> compression;
  bool write_checksum = true;
  bool tz_adjust_from_local = false;
  std::int8_t separator = ',';
  bool header = true;
  bool quote_header = true;
  std::optional<JobV3> job;
  schema::RawJson frames;
  schema::RawJson compatible_models;
  schema::RawJson domain;
  static const schema::Schema& schema();
};

const schema::Schema& FrameExportV3::schema() {
  using T = FrameExportV3;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("FramesV3", "Frames", "RequestSchemaV3")
          .field<&T::frame_id>("The frame.")
          .input()
          .silent()
          .required()
          .field<&T::path>("The file to write.")
          .input()
          .silent()
          .required()
          .field<&T::force>("Whether to overwrite the file.")
          .input()
          .silent()
          .field<&T::num_parts>("Files to write; only 1 is supported.")
          .input()
          .silent()
          .field<&T::parallel>("Accepted; one file is written in one go.")
          .input()
          .silent()
          .field<&T::format>("csv is the only format so far.")
          .input()
          .silent()
          .field<&T::row_offset>("Not used.")
          .field<&T::row_count>("Not used.")
          .field<&T::column_offset>("Not used.")
          .field<&T::full_column_count>("Not used.")
          .field<&T::column_count>("Not used.")
          .field<&T::compression>("None is supported so far.")
          .inout()
          .field<&T::write_checksum>("Concerns Parquet files only.")
          .inout()
          .field<&T::tz_adjust_from_local>("Concerns Parquet files only.")
          .inout()
          .field<&T::separator>("Code of the character between cells.")
          .inout()
          .field<&T::header>("Whether the first line holds the names.")
          .inout()
          .field<&T::quote_header>("Whether the names are quoted.")
          .inout()
          .field<&T::job>("The job that writes.")
          .field<&T::frames>("Not used.")
          .field<&T::compatible_models>("Not used.")
          .field<&T::domain>("Not used.");
  return kSchema;
}

void refuse(const std::string& field, const std::string& value) {
  throw InputError::unsupported("The value '" + value + "' of " + field +
                                    " is not supported by this version; leave the parameter out.",
                                {{field, value}});
}

FrameExportV3 export_frame(Call& call, const FrameExportV3& input) {
  if (input.format == ExportFormat::parquet) refuse("format", "parquet");
  if (input.compression && !input.compression->empty()) refuse("compression", *input.compression);
  if (input.num_parts != 1) refuse("num_parts", std::to_string(input.num_parts));
  const frame::Frame frame = call.services.frames->require(input.frame_id.name, "key");
  const ingest::ExportOrder order{.path = input.path,
                                  .overwrite = input.force,
                                  .form = {.separator = static_cast<char>(input.separator),
                                           .header = input.header,
                                           .quote_header = input.quote_header}};
  FrameExportV3 answer = input;
  answer.job = job_v3(*call.services.ingest->export_csv(frame, order));
  return answer;
}

}  // namespace

const Resource& frame_export();
const Resource& frame_export() {
  static const Resource kResource{
      {route("POST", "/3/Frames/{frame_id}/export", "exportFrame",
             "Writes a frame to a file of this machine.", &export_frame)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
