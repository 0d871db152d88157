#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <neve/ingest/ingest.hpp>

#include "ingest/formats/range_parser.hpp"
#include "ingest/formats/text_format.hpp"
#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

class ParseShares;

/// The columns that an order asks for, checked and complete.
struct TablePlan {
  ParsePlan parse;
  std::vector<std::string> names;      // of all columns of the file, and those of folders
  std::vector<std::size_t> kept;       // those that become columns of the frame
  std::string parse_type;              // as said
  const TextFormat* format = nullptr;  // never null in what plan_table makes
  bool has_header = false;             // a row of names
};

/// Throws InputError where names, types and counts of the set-up do not go together. `files` are
/// the names of the files, of whose folders columns may be made.
TablePlan plan_table(const FileSetup& setup, const TimeZone& zone,
                     const std::vector<std::string>& files = {});

/// For each file the value of its folder "column=value". Throws InputError where one is in no such
/// folder.
std::vector<std::string> values_of_folders(const std::string& column,
                                           const std::vector<std::string>& files);

/// Makes the plan of a table of pairs one of all columns that the rows have turned out to name.
void widen(TablePlan& plan, std::size_t columns);

/// A file to parse: bytes of the driver's node, or of the cluster.
struct ParseFile {
  ByteSourcePtr source;
  std::optional<store::Blob>
      blob;  ///< where the cluster keeps them, so that any node can read them
};

/// Files to parse, and into which frame.
struct ParseRun {
  std::vector<ParseFile> files;
  TablePlan plan;
  std::string destination;
};

/// Reads the files and publishes the frame; the work of a parse job. All members of the cluster
/// take part; where one is lost meanwhile, the others begin anew, and the frame is the same.
/// `shares` are those of the node that was asked.
void run_parse(ParseShares& shares, frame::Frames& frames, const ParseRun& run, job::Job& job);

}  // namespace neve::ingest
