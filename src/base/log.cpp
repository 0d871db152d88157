#include <neve/base/log.hpp>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <mutex>

namespace neve::log {
namespace {

spdlog::level::level_enum spd(Level level) {
  constexpr std::array kLevels = {spdlog::level::trace, spdlog::level::debug,
                                  spdlog::level::info,  spdlog::level::warn,
                                  spdlog::level::err,   spdlog::level::critical};
  return kLevels[static_cast<std::size_t>(level)];
}

/// Levels as H2O-3's logs name them, because people's scripts look for these words.
class LevelName final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
              spdlog::memory_buf_t& out) override {
    constexpr std::array<std::string_view, 6> kNames = {"TRACE", "DEBUG", "INFO",
                                                        "WARN",  "ERRR",  "FATAL"};
    const std::string_view name = kNames[static_cast<std::size_t>(message.level)];
    out.append(name.data(), name.data() + name.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<LevelName>();
  }
};

std::unique_ptr<spdlog::formatter> line_format() {
  auto made = std::make_unique<spdlog::pattern_formatter>();
  made->add_flag<LevelName>('*').set_pattern("%m-%d %H:%M:%S.%e %P %t %* water.default: %v");
  return made;
}

struct Sinks {
  std::mutex mutex;
  std::shared_ptr<spdlog::logger> logger;
  std::string file;
};

// The one process-wide object here: stderr is process-wide too.
Sinks& sinks() {
  static Sinks made;
  return made;
}

std::shared_ptr<spdlog::logger> logger() {
  Sinks& all = sinks();
  const std::lock_guard lock(all.mutex);
  if (!all.logger) {
    all.logger =
        std::make_shared<spdlog::logger>("neve", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  }
  return all.logger;
}

}  // namespace

void open(const Options& options) {
  std::vector<spdlog::sink_ptr> targets{std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  std::string file;
  if (!options.directory.empty()) {
    file = options.directory + "/" + options.file_stem + ".log";
    targets.push_back(
        std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file, options.max_file_bytes, 3));
  }
  auto made = std::make_shared<spdlog::logger>("neve", targets.begin(), targets.end());
  made->set_level(spd(options.level));
  made->set_formatter(line_format());
  made->flush_on(spdlog::level::warn);
  Sinks& all = sinks();
  const std::lock_guard lock(all.mutex);
  all.logger = std::move(made);
  all.file = std::move(file);
}

bool parse_level(std::string_view name, Level& level) {
  constexpr std::array<std::string_view, 6> kNames = {"trace", "debug", "info",
                                                      "warn",  "err",   "fatal"};
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (!lower.starts_with(kNames[i])) continue;
    level = static_cast<Level>(i);
    return true;
  }
  return false;
}

void write(Level level, std::string_view message) { logger()->log(spd(level), message); }

std::string file_of(Level /*level*/) {
  Sinks& all = sinks();
  const std::lock_guard lock(all.mutex);
  return all.file;
}

void flush() { logger()->flush(); }

}  // namespace neve::log
