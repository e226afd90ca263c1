murmur_bench(bench_open DEPENDS core_session)
