mod accumulate;
