#pragma once

#include <memory>
#include <string>
#include <vector>

#include <neve/ingest/ingest.hpp>

#include "ingest/formats/parsed_table.hpp"
#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// The columns that an order asks for, checked and complete.
struct TablePlan {
  ParsePlan parse;
  std::vector<std::string> names;  // of all columns of the file
  std::vector<std::size_t> kept;   // those that become columns of the frame
  bool has_header = false;
};

/// Throws InputError where names, types and counts of the set-up do not go together.
TablePlan plan_table(const FileSetup& setup, const TimeZone& zone);

/// Reads the files and publishes the frame under `destination`; the work of a parse job.
void run_parse(mr::Engine& engine, frame::Frames& frames, const std::vector<ByteSourcePtr>& files,
               const TablePlan& plan, const std::string& destination, job::Job& job);

}  // namespace neve::ingest
