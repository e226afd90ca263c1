murmur_bench(bench_store DEPENDS core_session core_demo PkgConfig::ZSTD)
