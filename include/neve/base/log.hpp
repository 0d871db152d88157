#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace neve::log {

enum class Level { trace, debug, info, warn, error, fatal };

/// Where log lines go. `directory` empty: only stderr.
struct Options {
  std::string directory;
  std::string file_stem = "neve";
  Level level = Level::info;
  std::size_t max_file_bytes = std::size_t{10} << 20U;
};

/// Opens the sinks; before it, lines go to stderr. Process-wide, as stderr is.
void open(const Options& options);
/// Accepts H2O's names (TRACE, DEBUG, INFO, WARN, ERRR, FATAL), any case; false if unknown.
bool parse_level(std::string_view name, Level& level);
void write(Level level, std::string_view message);
inline void info(std::string_view message) { write(Level::info, message); }
inline void warn(std::string_view message) { write(Level::warn, message); }
inline void error(std::string_view message) { write(Level::error, message); }
inline void debug(std::string_view message) { write(Level::debug, message); }
/// Path of the file that holds lines of this level and above; empty where none is open.
std::string file_of(Level level);
void flush();

}  // namespace neve::log
