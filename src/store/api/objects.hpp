#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <neve/store/store.hpp>

namespace neve::store {

/// An entry without columns of its own whose value is `kept`. Others may add columns to it.
Entry object_entry(std::string name, Kind kind, const Kept& kept);

/// Puts an object that is one encoded value. Throws what Blobs::keep and Store::commit throw.
void put_object(Store& store, Blobs& blobs, std::string name, Kind kind, wire::Bytes bytes);

/// The bytes of such an object; nothing where the name stands for no object of this kind. Throws
/// what Blobs::fetch throws.
std::optional<wire::Bytes> find_object(const Store& store, Blobs& blobs, std::string_view name,
                                       Kind kind);

/// Calls `read` with the entry of that name; again where it throws ClusterError as the name was put
/// anew meanwhile, and what the entry had named is gone. False where there is none of this kind.
bool read_entry(const Store& store, std::string_view name, Kind kind,
                const std::function<void(const Entry&)>& read);

}  // namespace neve::store
