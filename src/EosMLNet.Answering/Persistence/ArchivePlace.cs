using System.IO.Compression;
using System.Reflection;
using Microsoft.ML;

namespace EosMLNet;

/// <summary>
/// The folder of the zip that ML.NET is writing or reading. Nobody tells a transformer, so this looks; it is null for a zip in memory.
/// </summary>
internal static class ArchivePlace
{
    public static string? FolderOf(Repository repository) =>
        Field(repository, "_archive") is ZipArchive archive && Field(archive, "_archiveStream") is FileStream { Name: var name }
            && Path.IsPathRooted(name)
            ? Path.GetDirectoryName(name)
            : null;

    // A field that another version lacks costs the relative path, no more.
    private static object? Field(object owner, string name) =>
        owner.GetType().GetField(name, BindingFlags.NonPublic | BindingFlags.Instance)?.GetValue(owner);
}
