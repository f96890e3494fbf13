// SPDX-License-Identifier: Apache-2.0
#include "places.h"

namespace listwarden {
namespace {

INSTANTIATE_TEST_SUITE_P(Postgres, HoldStoreContract,
                         testing::Values(Backend{"PostgreSQL", PostgresPlace::Make}),
                         [](const auto&) { return "Postgres"; });

}  // namespace
}  // namespace listwarden
