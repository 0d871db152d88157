#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/frame/rollup.hpp>
#include <neve/job/token.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/table.hpp>
#include <neve/schema/values.hpp>

#include "rest/services.hpp"

namespace neve::rest {

/// A column as clients see it: figures, and the rows of the window that was asked for.
struct ColV3 {
  std::string label;
  std::int64_t missing_count = 0;
  std::int64_t zero_count = 0;
  std::int64_t positive_infinity_count = 0;
  std::int64_t negative_infinity_count = 0;
  std::vector<double> mins;
  std::vector<double> maxs;
  double mean = 0;
  double sigma = 0;
  std::string type;
  std::optional<std::vector<std::string>> domain;
  std::int32_t domain_cardinality = 0;
  std::optional<std::vector<double>> data;
  std::optional<std::vector<std::string>> string_data;
  std::int8_t precision = -1;
  std::optional<std::vector<std::int64_t>> histogram_bins;
  double histogram_base = 0;
  double histogram_stride = 0;
  std::optional<std::vector<double>> percentiles;
  static const schema::Schema& schema();
};

/// A frame as clients see it.
struct FrameV3 {
  schema::FrameRef frame_id;
  std::int64_t byte_size = 0;
  bool is_text = false;
  std::int64_t row_offset = 0;
  std::int32_t row_count = 0;
  std::int32_t column_offset = 0;
  std::int32_t column_count = 0;
  std::int32_t full_column_count = 0;
  std::int32_t total_column_count = 0;
  std::int64_t checksum = 0;
  std::int64_t rows = 0;
  std::int64_t num_columns = 0;
  std::vector<double> default_percentiles;
  std::vector<ColV3> columns;
  std::optional<std::vector<std::string>> compatible_models;
  std::optional<schema::Table> chunk_summary;  ///< null in a light answer
  std::optional<schema::Table> distribution_summary;
  static const schema::Schema& schema();
};

/// The part of a frame that is asked for. Counts of -1 mean all columns, and 100 rows.
struct FrameWindow {
  std::int64_t row_offset = 0;
  std::int32_t row_count = -1;
  std::int32_t column_offset = 0;
  std::int32_t column_count = -1;
  std::int32_t full_column_count = -1;  ///< columns after so many come without rows
  bool light = false;                   ///< leave out figures that need a pass over the data
  bool summary = false;                 ///< with percentiles and histograms
};

/// Throws InputError where the window begins beyond the frame.
FrameV3 frame_v3(const Services& services, const frame::Frame& frame, const FrameWindow& window,
                 const job::TokenPtr& token);

/// Bytes that a frame's columns hold in the cluster.
std::int64_t frame_bytes(const Services& services, const frame::Frame& frame);

}  // namespace neve::rest
