"""How much of an archive is looked at or held at once. Run authors choose what
is in it, so every one of these can be reached on purpose."""

POINTS_A_PAGE = 50_000
ROWS_A_READ = 50_000
TEXT_A_READ = 16 * 2**20  # bytes of text, as the file's own figures estimate it
ROWS_OF_LONG_TEXT = 64
# Arrow unpacks the different texts of a row group together; this is the one
# thing that an archive can make large.
TEXT_A_ROW_GROUP = 2**30
RUNS_AT_ONCE = 200  # whose attributes are gathered together
SAME_STEP = 1_000  # points of one step that are carried on to the next batch

ATTRIBUTES_A_RUN = 200_000
TEXT_A_RUN = 256 * 2**20
GAPS_A_RUN = 50

MEMBERS = 20_000  # of a file set
SET_BYTES = 64 * 2**30  # of a file set, unpacked
RATIO = 200  # unpacked to packed, of a member larger than the next line
RATIO_FROM = 10 * 2**20
DIRECTORY_BYTES = 16 * 2**20  # a zip's list of members, which is read whole

LIST_BYTES = 64 * 2**20  # files_list.json of one artifact
ERRORS = 50_000  # lines of the exporter's list of errors
ERROR_LINE = 100_000
