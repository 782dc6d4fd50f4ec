"""The shapes in the swagger documents, as far as the client reads or sends them."""

from typing import Any

type Json = dict[str, Any]

WORDS: dict[str, Json] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "moment": {"type": "string", "format": "date-time"},
    "any": {"type": "object"},
}


def shape(**properties: str) -> Json:
    return {"type": "object", "properties": {key: kind(word) for key, word in properties.items()}}


def kind(word: str) -> Json:
    if word.startswith("["):
        return {"type": "array", "items": kind(word[1:-1])}
    return WORDS.get(word, {"$ref": f"#/definitions/{word}"})


def told(**properties: str) -> Json:
    return shape(attributeName="text", attributeType="text", **properties)


VALUES = {
    "float": told(value="number"),
    "int": told(value="integer"),
    "bool": told(value="boolean"),
    "string": told(value="text"),
    "datetime": told(value="moment"),
    "experimentState": told(value="text"),
    "stringSet": told(values="[text]"),
    "file": told(name="text", ext="text", size="integer"),
    "fileSet": told(size="integer"),
    "floatSeries": told(
        last="number", lastStep="number", min="number", max="number",
        average="number", variance="number",
    ),
    "stringSeries": told(last="text", lastStep="number"),
    "imageSeries": told(lastStep="number"),
    "gitRef": told(
        commit="Commit", repositoryDirty="boolean", currentBranch="text", remotes="[text]"
    ),
    "notebookRef": told(
        notebookId="text", notebookName="text", checkpointId="text", checkpointName="text"
    ),
    "artifact": told(hash="text", size="integer"),
}  # fmt: skip


def definition(type_word: str) -> str:
    return type_word[0].upper() + type_word[1:]


DEFINITIONS: dict[str, Json] = {
    **{definition(word): value for word, value in VALUES.items()},
    "Attribute": shape(
        name="text", type="text", **{f"{word}Properties": definition(word) for word in VALUES}
    ),
    "ExperimentAttributes": shape(attributes="[Attribute]"),
    "Commit": shape(
        commitId="text", message="text", authorName="text", authorEmail="text",
        commitDate="moment",
    ),
    "Git": shape(
        commit="Commit", repositoryDirty="boolean", currentBranch="text", remotes="[text]"
    ),
    "NewExperiment": shape(
        projectIdentifier="text", parentId="text", type="text", cliVersion="text",
        customId="text", key="text", notebookId="text", checkpointId="text", gitInfo="Git",
    ),
    "Experiment": shape(
        id="text", shortId="text", type="text", organizationName="text", projectName="text",
        trashed="boolean",
    ),
    "Versions": shape(
        minRecommendedVersion="text", minCompatibleVersion="text", maxCompatibleVersion="text"
    ),
    "Multipart": shape(
        enabled="boolean", minChunkSize="integer", maxChunkSize="integer",
        maxChunkCount="integer", maxSinglePartSize="integer",
    ),
    "ArtifactsConfig": shape(enabled="boolean", apiVersion="integer"),
    "Config": shape(
        apiUrl="text", applicationUrl="text", pyLibVersions="Versions",
        multiPartUpload="Multipart", artifacts="ArtifactsConfig", sysNameSetByBackend="boolean",
    ),
    "Tokens": shape(accessToken="text", refreshToken="text", username="text"),
    "Project": shape(
        id="text", name="text", organizationName="text", projectKey="text", version="integer"
    ),
    "Projects": shape(entries="[Project]", matchingItemCount="integer", totalItemCount="integer"),
    "Workspace": shape(id="text", name="text"),
    "Status": shape(
        storageBytesAvailable="integer", storageBytesLimit="integer",
        activeProjectsUsage="integer", membersCount="integer",
    ),
    "Problem": shape(errorDescription="text"),
    "Batch": shape(updatedExperimentIdentifiers="[text]", errors="[text]"),
    "Checkpoint": shape(id="text"),
    "Column": shape(name="text", type="text"),
    "Columns": shape(entries="[Column]"),
    "Entries": shape(matchingItemCount="integer", totalItemCount="integer", entries="[any]"),
    "FloatPoint": shape(timestampMillis="integer", step="number", value="number"),
    "FloatValues": shape(totalItemCount="integer", values="[FloatPoint]"),
    "StringPoint": shape(timestampMillis="integer", step="number", value="text"),
    "StringValues": shape(totalItemCount="integer", values="[StringPoint]"),
    "ImageValues": shape(totalItemCount="integer", values="[any]"),
    "FileEntry": shape(name="text", size="integer", mtime="moment", fileType="text"),
    "Download": shape(id="text", downloadUrl="text"),
    "Uploaded": shape(errors="[Problem]"),
    "Started": shape(uploadId="text", errors="[Problem]"),
    "ArtifactModel": shape(artifactHash="text", receivedMetadata="boolean", size="integer"),
    "Metadata": shape(key="text", value="text"),
    "ArtifactFile": shape(
        filePath="text", fileHash="text", type="text", size="integer", metadata="[Metadata]"
    ),
    "ArtifactFiles": shape(files="[ArtifactFile]"),
}  # fmt: skip
