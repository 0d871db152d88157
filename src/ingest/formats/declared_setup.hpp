#pragma once

#include <optional>
#include <span>

#include <neve/ingest/setup.hpp>

namespace neve::ingest {

/// The set-up of files of which at least one declares its columns; the others may do so likewise or
/// hold rows only. Nothing where none does. Throws InputError where the declarations differ, cannot
/// be understood, or the user said that the files are of another format.
std::optional<FileSetup> declared_setup(std::span<const Sample> samples, const FileSetup& said);

}  // namespace neve::ingest
