// Writes each bomb to FOLDER/NAME.eml: write_bombs FOLDER
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <fstream>

#include "tests/support/bombs.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_bombs FOLDER\n");
    return 64;
  }
  for (const listwarden::Bomb& bomb : listwarden::Bombs()) {
    std::ofstream out(std::string(argv[1]) + "/" + bomb.name + ".eml", std::ios::binary);
    if (!(out << bomb.make()).flush()) return 1;
  }
  return 0;
}
