#include "core/temporary_folder.hpp"
#include "session/five_minutes.hpp"

#include <gtest/gtest.h>

using namespace switchhook;
using namespace switchhook::session;

TEST(JournalSize, OfAConversationOfFiveMinutesWithToolsIsUnder64KiB) {
    core::TemporaryFolder folder("switchhook-five-minutes");
    double bytes = 0;
    script::on_worker([&] { bytes = FiveMinutes(folder.path()).bytes_of_each(5); });
    EXPECT_GT(bytes, 4 * 1024) << "what was said alone is as much";
    EXPECT_LT(bytes, 64 * 1024);
}
