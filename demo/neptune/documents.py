"""The three swagger documents from which the client takes every other path."""

from dataclasses import dataclass
from typing import Any

from demo.neptune.definitions import DEFINITIONS

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. `query` names its parameters, each "name" or "name:type"."""

    name: str
    method: str
    path: str
    query: str = ""
    header: str = ""
    body: str = ""  # "parameter:Definition"; "raw" for bytes
    result: str = ""  # a definition, "[Definition]", or empty for bytes


def get(name: str, path: str, query: str = "", **more: str) -> Operation:
    return Operation(name, "GET", path, query, **more)


def post(name: str, path: str, query: str = "", **more: str) -> Operation:
    return Operation(name, "POST", path, query, **more)


BACKEND = "/api/backend/v1"
EXPERIMENT = "/api/leaderboard/v1/experiments"
ATTRIBUTE = "/api/leaderboard/v1/attributes"
STORAGE = "/api/leaderboard/v1/storage"
TABLE = "/api/leaderboard/v1/leaderboard"
ARTIFACTS = "/api/artifacts/v1"
ONE = "experimentId attribute"
SOME = f"{ONE} limit:integer offset:integer"
UPLOAD = "experimentIdentifier attribute"
PART = f"{UPLOAD} uploadId uploadPartIdx:integer"
ARTIFACT_VERSION = "X-Neptune-Artifact-Api-Version"
PERSON = "X-Neptune-Api-Token"
PAGED = (
    "limit:integer offset:integer organizationIdentifier searchTerm userRelation"
    " sortBy:array sortDirection:array"
)

BACKEND_OPERATIONS = (
    get("getClientConfig", f"{BACKEND}/clients/config", "alpha", header=PERSON, result="Config"),
    get(
        "exchangeApiToken", f"{BACKEND}/authorization/oauth-token", header=PERSON, result="Tokens"
    ),
    get("getProject", f"{BACKEND}/projects/get", "projectIdentifier", result="Project"),
    get("listProjects", f"{BACKEND}/projects", PAGED, result="Projects"),
    post("createProject", f"{BACKEND}/projects", body="projectToCreate:Any", result="Project"),
    get("listOrganizations", f"{BACKEND}/myOrganizations", result="[Workspace]"),
    get(
        "workspaceStatus", f"{BACKEND}/organizations/status", "organizationIdentifier",
        result="Status",
    ),
)  # fmt: skip

LEADERBOARD_OPERATIONS = (
    post(
        "createExperiment", EXPERIMENT, header="X-Neptune-CliVersion",
        body="experimentCreationParams:NewExperiment", result="Experiment",
    ),
    get("getExperiment", EXPERIMENT, "experimentId", result="Experiment"),
    get(
        "getExperimentAttributes", f"{EXPERIMENT}/attributes", "experimentId",
        result="ExperimentAttributes",
    ),
    post(
        "executeOperations", f"{ATTRIBUTE}/operations", "experimentId",
        body="operations:[Any]", result="[Problem]",
    ),
    post("ping", f"{EXPERIMENT}/ping", "experimentId", result="Any"),
    post(
        "trashExperiments", f"{EXPERIMENT}/trash", "projectIdentifier",
        body="experimentIdentifiers:[Text]", result="Batch",
    ),
    post(
        "deleteExperiments", f"{EXPERIMENT}/delete", "projectIdentifier",
        body="experimentIdentifiers:[Text]", result="Batch",
    ),
    post(
        "deleteAllExperiments", f"{EXPERIMENT}/deleteAll", "projectIdentifier", result="Batch"
    ),
    post(
        "createEmptyCheckpoint", "/api/leaderboard/v1/notebooks/checkpoints", "notebookId",
        body="checkpoint:Any", result="Checkpoint",
    ),
    post(
        "searchLeaderboardEntries", f"{TABLE}/entries/search", "projectIdentifier type:array",
        body="params:Any", result="Entries",
    ),
    post(
        "searchLeaderboardAttributes", f"{TABLE}/attributes/search",
        "projectIdentifier type:array search", body="params:Any", result="Columns",
    ),
    get("getFloatAttribute", f"{ATTRIBUTE}/float", ONE, result="Float"),
    get("getIntAttribute", f"{ATTRIBUTE}/int", ONE, result="Int"),
    get("getBoolAttribute", f"{ATTRIBUTE}/bool", ONE, result="Bool"),
    get("getStringAttribute", f"{ATTRIBUTE}/string", ONE, result="String"),
    get("getDatetimeAttribute", f"{ATTRIBUTE}/datetime", ONE, result="Datetime"),
    get("getFileAttribute", f"{ATTRIBUTE}/file", ONE, result="File"),
    get("getStringSetAttribute", f"{ATTRIBUTE}/stringSet", ONE, result="StringSet"),
    get("getArtifactAttribute", f"{ATTRIBUTE}/artifact", ONE,
        header=ARTIFACT_VERSION, result="Artifact"),
    get("getFloatSeriesAttribute", f"{ATTRIBUTE}/series/float", ONE, result="FloatSeries"),
    get("getStringSeriesAttribute", f"{ATTRIBUTE}/series/string", ONE, result="StringSeries"),
    get("getFloatSeriesValues", f"{ATTRIBUTE}/series/float/values", SOME, result="FloatValues"),
    get("getStringSeriesValues", f"{ATTRIBUTE}/series/string/values", SOME,
        result="StringValues"),
    get("getImageSeriesValues", f"{ATTRIBUTE}/series/image/values", SOME, result="ImageValues"),
    get("getImageSeriesValue", f"{ATTRIBUTE}/series/image/value", f"{ONE} index:integer"),
    get("downloadAttribute", f"{STORAGE}/file", ONE),
    get("lsFileSetAttribute", f"{STORAGE}/fileset/list", f"{ONE} path", result="[FileEntry]"),
    post("prepareForDownloadFileSetAttributeZip", f"{STORAGE}/fileset/prepare", ONE,
         result="Download"),
    get("getDownloadPrepareRequest", f"{STORAGE}/fileset/download", "id", result="Download"),
    get("downloadZip", f"{STORAGE}/fileset/zip", "id"),
    post("fileAtomUpload", f"{STORAGE}/file/upload", f"{UPLOAD} ext", body="raw",
         result="Uploaded"),
    post("fileAtomMultipartUploadStart", f"{STORAGE}/file/parts/start",
         f"{UPLOAD} ext totalLength:integer", result="Started"),
    post("fileAtomMultipartUploadPart", f"{STORAGE}/file/parts/part", PART, body="raw",
         result="Uploaded"),
    post("fileAtomMultipartUploadFinish", f"{STORAGE}/file/parts/finish", PART,
         result="Uploaded"),
    post("fileSetFileUpload", f"{STORAGE}/fileset/upload", f"{UPLOAD} subPath", body="raw",
         result="Uploaded"),
    post("fileSetFileMultipartUploadStart", f"{STORAGE}/fileset/parts/start",
         f"{UPLOAD} subPath totalLength:integer", result="Started"),
    post("fileSetFileMultipartUploadPart", f"{STORAGE}/fileset/parts/part", f"{PART} subPath",
         body="raw", result="Uploaded"),
    post("fileSetFileMultipartUploadFinish", f"{STORAGE}/fileset/parts/finish",
         f"{PART} subPath", result="Uploaded"),
    post("uploadFileSetAttributeTar", f"{STORAGE}/fileset/tar", f"{ONE} reset", body="raw",
         result="Uploaded"),
)  # fmt: skip

ARTIFACT_OPERATIONS = (
    post("createNewArtifact", f"{ARTIFACTS}/artifacts",
         "projectIdentifier hash size:integer parentIdentifier",
         header=ARTIFACT_VERSION, result="ArtifactModel"),
    post("uploadArtifactFilesMetadata", f"{ARTIFACTS}/artifacts/files", "projectIdentifier hash",
         header=ARTIFACT_VERSION, body="artifactFilesDTO:Any", result="ArtifactModel"),
    post("createArtifactVersion", f"{ARTIFACTS}/artifacts/versions",
         "projectIdentifier hash parentIdentifier",
         header=ARTIFACT_VERSION, body="artifactFilesDTO:Any", result="ArtifactModel"),
    get("listArtifactFiles", f"{ARTIFACTS}/artifacts/files", "projectIdentifier hash",
        header=ARTIFACT_VERSION, result="ArtifactFiles"),
)  # fmt: skip

DOCUMENTS = {
    "/api/backend/swagger.json": BACKEND_OPERATIONS,
    "/api/leaderboard/swagger.json": LEADERBOARD_OPERATIONS,
    "/api/artifacts/swagger.json": ARTIFACT_OPERATIONS,
}
BY_ADDRESS = {
    (operation.method, operation.path): operation.name
    for operations in DOCUMENTS.values()
    for operation in operations
}


def swagger(path: str, address: str) -> Json:
    """The document at `path` for a server at `address` ("127.0.0.1:8000")."""
    paths: Json = {}
    for operation in DOCUMENTS[path]:
        paths.setdefault(operation.path, {})[operation.method.lower()] = described(operation)
    return {
        "swagger": "2.0",
        "info": {"title": "practice", "version": "2"},
        "host": address,
        "schemes": ["http"],
        "paths": paths,
        "definitions": DEFINITIONS,
    }


def described(operation: Operation) -> Json:
    answer: Json = {"description": "done"}
    if operation.result:
        answer["schema"] = schema(operation.result)
    return {
        "operationId": operation.name,
        "tags": ["api"],
        "produces": ["application/json"],
        "consumes": ["application/json"],
        "parameters": parameters(operation),
        "responses": {"200": answer},
    }


def parameters(operation: Operation) -> list[Json]:
    found = [queried(word) for word in operation.query.split()]
    if operation.header:
        found.append({"in": "header", "name": operation.header, "type": "string"})
    if operation.body and operation.body != "raw":
        name, _, definition = operation.body.partition(":")
        found.append({"in": "body", "name": name, "schema": schema(definition)})
    return found


def queried(word: str) -> Json:
    name, _, kind = word.partition(":")
    parameter = {"in": "query", "name": name, "type": kind or "string", "required": False}
    if kind == "array":
        parameter |= {"items": {"type": "string"}, "collectionFormat": "multi"}
    return parameter


def schema(definition: str) -> Json:
    if definition.startswith("["):
        return {"type": "array", "items": schema(definition[1:-1])}
    if definition == "Text":
        return {"type": "string"}
    if definition == "Any":
        return {"type": "object"}
    return {"$ref": f"#/definitions/{definition}"}
