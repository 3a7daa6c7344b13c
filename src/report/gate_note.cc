#include "base/strings.h"
#include "report/report.h"

namespace slava {

std::string warning_text(const GateNote& note) {
  if (note.action != "refuse") return cat(note.film, " (", note.reason, "): ", note.text);
  return cat(note.film, " was not read (", note.reason, "): ", note.text);
}

}  // namespace slava
