#include <neve/base/error.hpp>
#include <neve/grid/grid.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct GridImport {
  std::string grid_path;
  bool load_params_references = false;
  static const schema::Schema& schema() {
    using T = GridImport;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("GridImportV3")
            .field<&T::grid_path>("Path of the grid's file; its models are beside it.")
            .input()
            .required()
            .field<&T::load_params_references>("Read the frames, too, that the grid names.")
            .input();
    return kSchema;
  }
};

struct GridExport {
  schema::GridRef grid_id;
  std::string grid_directory;
  bool save_params_references = false;
  bool export_cross_validation_predictions = false;
  static const schema::Schema& schema() {
    using T = GridExport;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("GridExportV3")
            .field<&T::grid_id>("Name of the grid.")
            .input()
            .required()
            .field<&T::grid_directory>("Folder that the files are written to.")
            .input()
            .required()
            .field<&T::save_params_references>("Write the frames, too, that the grid names.")
            .input()
            .field<&T::export_cross_validation_predictions>("Write the holdout predictions, too.")
            .input()
            .secondary();
    return kSchema;
  }
};

/// The key of a grid.
struct GridKey {
  std::optional<std::string> name;
  std::string type = std::string(grid::Grid::kType);
  std::optional<std::string> url;
  static const schema::Schema& schema() {
    using T = GridKey;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("GridKeyV3", "Key<Grid>", "KeyV3")
            .field<&T::name>("Name of the grid.")
            .field<&T::type>("Kind of the object.")
            .field<&T::url>("Always null: grids have no address of this version.")
            .named("URL");
    return kSchema;
  }
};

GridKey import_grid(Call& call, const GridImport& input) {
  return {.name = call.services.grids->load(input.grid_path, input.load_params_references).key,
          .url = {}};
}

GridKey export_grid(Call& call, const GridExport& input) {
  grid::Grids& grids = *call.services.grids;
  const grid::Grid grid = grids.require(input.grid_id.name, "grid_id");
  grids.save(grid, input.grid_directory,
             {.references = input.save_params_references,
              .holdouts = input.export_cross_validation_predictions});
  return {.name = grid.key, .url = {}};
}

struct ResumeV3 {
  std::optional<std::string> recovery_dir;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<ResumeV3>("ResumeV3")
            .field<&ResumeV3::recovery_dir>("Folder that searches were kept in.")
            .input();
    return kSchema;
  }
};

ResumeV3 recover(Call& call, const ResumeV3& input) {
  call.services.grids->recover(input.recovery_dir.value_or(""));
  return input;
}

}  // namespace

const Resource& grid_files();
const Resource& grid_files() {
  static const Resource kResource{
      {route("POST", "/3/Grid.bin/import", "import_grid",
             "Reads a grid and its models from files of this machine.", &import_grid),
       route("POST", "/3/Grid.bin/{grid_id}/export", "export_grid",
             "Writes a grid and its models to files of this machine.", &export_grid),
       route("POST", "/3/Recovery/resume", "recovery_resume",
             "Reads the searches that were kept in a folder, and goes on with them.", &recover)}};
  return kResource;
}

}  // namespace neve::rest::endpoints
