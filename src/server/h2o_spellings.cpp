#include "server/h2o_spellings.hpp"

#include <algorithm>
#include <string_view>

namespace neve::server {

namespace {

enum class Meaning { same, ignored_flag, ignored_value };

/// H2O's spelling, which begins with one dash and has underscores, and what becomes of it here.
struct Spelling {
  std::string_view h2o;
  Meaning meaning = Meaning::same;
  std::string_view ours = {};  ///< without dashes; empty: as H2O's, with dashes for underscores
};

constexpr Spelling kSpellings[] = {
    {"name"},
    {"ip"},
    {"port"},
    {"baseport"},
    {"web_ip"},
    {"nthreads"},
    {"ice_root"},
    {"flatfile"},
    {"log_dir"},
    {"log_level"},
    {"max_log_file_size"},
    {"version"},
    {"help"},
    {"h", Meaning::same, "help"},
    {"login_conf", Meaning::same, "auth"},
    {"hash_login", Meaning::ignored_flag},  // login_conf says it all
    {"allow_unsupported_java", Meaning::ignored_flag},
    {"ga_opt_out", Meaning::ignored_flag},
    {"quiet", Meaning::ignored_flag},
    {"notify_local", Meaning::ignored_value},
    {"license", Meaning::ignored_value},
    {"flow_dir"},
    {"session_timeout", Meaning::ignored_value},
};

const Spelling* find_spelling(std::string_view argument) {
  argument.remove_prefix(std::min(argument.find_first_not_of('-'), argument.size()));
  const auto* const found = std::ranges::find(kSpellings, argument, &Spelling::h2o);
  return found == std::end(kSpellings) ? nullptr : found;
}

std::string gnu_spelling(const Spelling& spelling) {
  std::string text(spelling.ours.empty() ? spelling.h2o : spelling.ours);
  std::ranges::replace(text, '_', '-');
  return "--" + text;
}

}  // namespace

std::vector<std::string> to_gnu(const std::vector<std::string>& arguments,
                                std::vector<std::string>& ignored) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const Spelling* spelling = argument.starts_with('-') ? find_spelling(argument) : nullptr;
    if (spelling == nullptr) {
      out.push_back(argument);
    } else if (spelling->meaning == Meaning::same) {
      out.push_back(gnu_spelling(*spelling));
    } else {
      ignored.push_back(argument);
      if (spelling->meaning == Meaning::ignored_value) ++i;
    }
  }
  return out;
}

}  // namespace neve::server
