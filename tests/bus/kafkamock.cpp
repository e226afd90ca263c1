// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// librdkafka's mock cluster in a process of its own: kafkamock BROKERS [TOPIC:PARTITIONS…]. Prints
// "bootstrap HOST:PORT,…", then does what lines on standard input say and answers each with "ok" or
// "error …"; ends when they end.
//
//   topic NAME:PARTITIONS      makes a topic
//   down BROKER, up BROKER     as if it were switched off and on; brokers count from 1
//   requests                   answers "ok" and the kinds of requests that came so far
//   errors API CODE COUNT      the next COUNT requests of a kind fail with that code

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::mutex theMutex;
std::set<std::string> theRequests;

// "Broker 1: Received FetchRequestV4 from 127.0.0.1:1234"
void noteRequest(const rd_kafka_t* /*handle*/, int /*level*/, const char* /*facility*/,
                 const char* text)
{
    const std::string line = text;
    const std::size_t begin = line.find(": Received ");
    const std::size_t end = line.find("RequestV");
    if (begin == std::string::npos || end == std::string::npos)
        return;
    const std::lock_guard lock(theMutex);
    theRequests.insert(line.substr(begin + 11, end - begin - 11));
}

rd_kafka_resp_err_t makeTopic(rd_kafka_mock_cluster_t* cluster, const std::string& text)
{
    const std::size_t colon = text.find(':');
    const int partitions =
        colon == std::string::npos ? 1 : std::atoi(text.substr(colon + 1).c_str());
    return rd_kafka_mock_topic_create(cluster, text.substr(0, colon).c_str(), partitions, 1);
}

rd_kafka_resp_err_t obey(rd_kafka_mock_cluster_t* cluster, const std::string& line)
{
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "topic") {
        std::string topic;
        words >> topic;
        return makeTopic(cluster, topic);
    }
    if (command == "down" || command == "up") {
        std::int32_t broker = 0;
        words >> broker;
        return command == "up" ? rd_kafka_mock_broker_set_up(cluster, broker)
                               : rd_kafka_mock_broker_set_down(cluster, broker);
    }
    if (command == "errors") {
        std::int16_t api = 0;
        int code = 0;
        std::size_t count = 0;
        words >> api >> code >> count;
        const std::vector<rd_kafka_resp_err_t> errors(count, rd_kafka_resp_err_t(code));
        rd_kafka_mock_push_request_errors_array(cluster, api, errors.size(), errors.data());
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    return RD_KAFKA_RESP_ERR__INVALID_ARG;
}

} // namespace

int main(int count, char** arguments)
{
    char why[512] = {};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "debug", "mock", why, sizeof why);
    rd_kafka_conf_set_log_cb(conf, noteRequest);
    rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (handle == nullptr) {
        std::cerr << why << std::endl;
        return 1;
    }
    rd_kafka_mock_cluster_t* cluster =
        rd_kafka_mock_cluster_new(handle, count > 1 ? std::atoi(arguments[1]) : 1);
    for (int i = 2; i < count; ++i)
        makeTopic(cluster, arguments[i]);
    std::cout << "bootstrap " << rd_kafka_mock_cluster_bootstraps(cluster) << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "requests") {
            const std::lock_guard lock(theMutex);
            std::cout << "ok";
            for (const std::string& name : theRequests)
                std::cout << ' ' << name;
            std::cout << std::endl;
            continue;
        }
        const rd_kafka_resp_err_t error = obey(cluster, line);
        std::cout << (error == RD_KAFKA_RESP_ERR_NO_ERROR
                          ? "ok"
                          : std::string("error ") + rd_kafka_err2str(error))
                  << std::endl;
    }
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(handle);
    return 0;
}
