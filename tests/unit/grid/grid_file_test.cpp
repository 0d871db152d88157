#include "grid/grid_file.hpp"

#include <gtest/gtest.h>

#include <string>

#include <neve/base/error.hpp>

namespace {

using namespace neve;
using namespace neve::grid;

Grid some_grid() {
  return {.key = "grid",
          .algorithm = "test",
          .form = {{"ntrees", "3"}},
          .space = {.axes = {{"max_depth", {"2", "3"}}}, .subspaces = {}},
          .criteria = {.strategy = Strategy::random_discrete, .seed = 5},
          .hyper_names = {"max_depth"},
          .entries = {{.values = {{"max_depth", "2"}}, .identity = {1, 2}, .model = "grid_model_1"},
                      {.values = {{"max_depth", "3"}}, .identity = {3, 4}, .failure = "why"}},
          .frames = {"rows"},
          .model_seed = 9,
          .last_number = 2};
}

TEST(GridFile, GivesBackWhatWasWritten) {
  const wire::Bytes bytes = write_grid_file(some_grid(), "1");
  const Grid read = read_grid_file(bytes, "file", "1");
  EXPECT_EQ(wire::encode(read), wire::encode(some_grid()));
}

TEST(GridFile, IsRefusedWhereAnyByteIsAnotherOne) {
  const wire::Bytes bytes = write_grid_file(some_grid(), "1");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    wire::Bytes damaged = bytes;
    damaged[i] ^= std::byte{4};
    EXPECT_THROW((void)read_grid_file(damaged, "file", "1"), InputError) << i;
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW((void)read_grid_file(std::span(bytes).first(size), "file", "1"), InputError);
  }
}

TEST(GridFile, IsOfTheVersionThatWroteIt) {
  const wire::Bytes bytes = write_grid_file(some_grid(), "1");
  try {
    (void)read_grid_file(bytes, "file", "2");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("Neve 1 wrote it"), std::string::npos);
  }
}

TEST(GridFile, NamesNoFilesOutsideItsFolder) {
  const model::Algorithm algorithm = [] {
    model::Algorithm made;
    made.name = "test";
    return made;
  }();
  const model::Algorithms algorithms({&algorithm});
  for (const char* name : {"../model", "/etc/model", "a/b", "..", ""}) {
    Grid grid = some_grid();
    grid.frames = {name};
    EXPECT_THROW(check_sound(grid, algorithms, "file"), InputError) << name;
    grid = some_grid();
    grid.key = name;
    EXPECT_THROW(check_sound(grid, algorithms, "file"), InputError) << name;
  }
  Grid model = some_grid();
  model.entries[0].model = "../grid_model_1";
  EXPECT_THROW(check_sound(model, algorithms, "file"), InputError);
  Grid foreign = some_grid();
  foreign.algorithm = "other";
  EXPECT_THROW(check_sound(foreign, algorithms, "file"), InputError);
}

TEST(RecoveryFile, GivesBackTheNames) {
  EXPECT_EQ(read_recovery_file(write_recovery_file({"a", "b"}), "file"),
            (std::vector<std::string>{"a", "b"}));
  EXPECT_THROW((void)read_recovery_file(write_recovery_file({"../a"}), "file"), InputError);
  EXPECT_THROW((void)read_recovery_file(write_grid_file(some_grid(), "1"), "file"), InputError);
}

}  // namespace
