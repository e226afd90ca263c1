murmur_bench(bench_record DEPENDS core_session)
