#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/schema/values.hpp>

#include "rest/frame_json.hpp"
#include "rest/job_json.hpp"

namespace neve::rest {

enum class ExportFormat : std::uint8_t { csv, parquet, arrow };

}  // namespace neve::rest

template <>
struct neve::schema::EnumText<neve::rest::ExportFormat> {
  static constexpr std::string_view name = "UtilExportFileFormat";
  static constexpr std::array<std::string_view, 3> values = {"csv", "parquet", "arrow"};
};

namespace neve::rest {

/// Request and answer of everything below /3/Frames: a window into a frame, or an export of it.
struct FramesV3 {
  schema::FrameRef frame_id;
  std::optional<std::string> column;
  std::int64_t row_offset = 0;
  std::int32_t row_count = -1;
  std::int32_t column_offset = 0;
  std::int32_t full_column_count = -1;
  std::int32_t column_count = -1;
  bool find_compatible_models = false;
  std::optional<std::string> path;
  bool force = false;
  std::int32_t num_parts = 1;
  bool parallel = false;
  std::optional<ExportFormat> format;
  std::optional<std::string> compression;
  bool write_checksum = true;
  bool tz_adjust_from_local = false;
  std::int8_t separator = ',';
  bool header = true;
  bool quote_header = true;
  std::optional<JobV3> job;
  std::optional<std::vector<FrameV3>> frames;
  std::optional<std::vector<std::string>> compatible_models;
  std::optional<std::vector<std::vector<std::string>>> domain;
  static const schema::Schema& schema();
};

}  // namespace neve::rest
