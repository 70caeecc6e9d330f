#include "net/response_writer.hpp"

#include <gtest/gtest.h>

using namespace switchhook::net;

namespace {

std::string written(const Response& response, Framing framing = {}) {
    framing.date = "Mon, 02 Mar 2026 22:30:00 GMT";
    std::string out;
    append_response(out, response, framing);
    return out;
}

}  // namespace

TEST(ResponseWriter, WritesAWholeResponse) {
    EXPECT_EQ(written(xml_response(200, "<Response/>")),
              "HTTP/1.1 200 OK\r\nDate: Mon, 02 Mar 2026 22:30:00 GMT\r\nContent-Type: text/xml; charset=utf-8\r\n"
              "Content-Length: 11\r\n\r\n<Response/>");
}

TEST(ResponseWriter, KeepsTheBodyOfAHeadBack) {
    EXPECT_EQ(written(text_response(200, "abc"), {.head = true}),
              "HTTP/1.1 200 OK\r\nDate: Mon, 02 Mar 2026 22:30:00 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n"
              "Content-Length: 3\r\n\r\n");
}

TEST(ResponseWriter, GivesNoLengthWhereThereCanBeNoBody) {
    EXPECT_EQ(written({.status = 204}, {.keep_alive = false}),
              "HTTP/1.1 204 No Content\r\nDate: Mon, 02 Mar 2026 22:30:00 GMT\r\nConnection: close\r\n\r\n");
}

TEST(ResponseWriter, LetsNoHeaderSmuggleAnother) {
    auto out = written({.headers = {{"X-Name", "a\r\nSet-Cookie: b"}, {"Content-Length", "99"}}});
    EXPECT_NE(out.find("X-Name: a  Set-Cookie: b\r\n"), std::string::npos) << out;
    EXPECT_EQ(out.find("99"), std::string::npos) << out;
}

TEST(HttpDate, IsWrittenAsTheStandardWants) {
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}
