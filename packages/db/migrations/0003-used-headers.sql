-- Signed headers of requests that change something: the same header is refused a second time, in whichever process.
-- There is a table for each quarter of an hour in turn, so that a whole quarter can be forgotten at once. Nothing is flushed for
-- them: a crash of the server forgets the headers of the last half hour, and nothing else.

create unlogged table platform.used_headers_0 (fingerprint bigint primary key);
create unlogged table platform.used_headers_1 (fingerprint bigint primary key);
create unlogged table platform.used_headers_2 (fingerprint bigint primary key);
create unlogged table platform.used_headers_3 (fingerprint bigint primary key);
