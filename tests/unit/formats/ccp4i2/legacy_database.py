"""A database of CCP4i2's Qt generation, made of its tables and columns (schema 0.1.22)."""

import sqlite3

COLUMNS = {
    "Databases": "DatabaseId ThisIsMe SchemaVersion SchemaDate CreationTime CreationHostName CreationUserName",
    "Users": "UserID UserName UserPassword UserRoleID",
    "Projects": "ProjectID ProjectName ProjectCreated UserID ParentProjectID ProjectDirectory LastJobNumber "
    "FollowFromJobID LastCleanupTime I1ProjectName I1ProjectDirectory LastAccess",
    "Files": "FileID Filename Annotation FiletypeID FileSubType FileContent FilePath JobID JobParamName PathFlag",
    "ImportFiles": "ImportId FileID SourceFilename SourceFileID ExportFileID Annotation CreationTime LastModifiedTime "
    "Checksum ImportNumber Reference",
    "ExportFiles": "ExportId FileID ExportFilename Annotation CreationTime",
    "XData": "XDataID XDataClass XDataXml JobID",
    "Jobs": "JobID JobNumber CreationTime FinishTime Status Evaluation UserId UserAgent JobTitle ProjectID TaskName "
    "TaskVersion ParentJobID PreceedingJobID TreeLeft TreeRight processId",
    "ServerJobs": "JobId ServerProcessId Machine Username Mechanism RemotePath CustomCodeFile Validate KeyFilename "
    "ServerGroup",
    "Comments": "CommentID JobID UserID TimeOfComment Comment",
    "FileUses": "FileID JobID RoleID JobParamName",
    "ProjectExports": "ProjectExportId ProjectID ProjectExportTime ProjectExportAfter",
    "ProjectImports": "ProjectImportId ProjectID ProjectImportTime ProjectExportId ProjectExportDatabaseId "
    "ProjectExportTime ProjectExportAfter",
    "JobKeyValues": "JobID KeyTypeID Value",
    "JobKeyCharValues": "JobID KeyTypeID Value",
    "FileAssociations": "FileAssociationID FileAssociationTypeId FileAssociationName",
    "FileAssociationMembers": "FileAssociationID FileID FileAssociationRoleID",
    "Tags": "TagID ParentTagID Text",
    "ProjectTags": "TagID ProjectID",
    "ProjectComments": "ProjectCommentID ProjectID UserID TimeOfComment Comment",
}


def make_database(path, rows):
    """Write a database with the rows given by table; columns that a row leaves out are NULL."""
    connection = sqlite3.connect(path)
    with connection:
        for table, columns in COLUMNS.items():
            connection.execute(f"CREATE TABLE {table} ({', '.join(columns.split())})")
        for table, each in rows.items():
            for row in each:
                names, marks = ", ".join(row), ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))
    connection.close()
    return path
