using System.Globalization;

namespace EosMLNet.Cluster.Storage;

/// <summary>
/// A job's folder. Each attempt at an item writes into a folder of its own, so that two devices never write one file, however slow the
/// first one is. What counts is published at the end.
/// </summary>
/// <param name="Root">The folder.</param>
internal sealed record JobFolder(string Root)
{
    private const string Work = "work";

    /// <summary>Where the parts of a batch job's table lie.</summary>
    internal string Parts => Path.Combine(Root, Work, "parts");

    /// <summary>The folder of an attempt at an item.</summary>
    internal string Attempt(int item, int attempt) => Path.Combine(Item(item), attempt.ToString(CultureInfo.InvariantCulture));

    /// <summary>A result.</summary>
    internal string Result(string name) => Path.Combine(Root, name);

    /// <summary>Copies a file of the last attempt before this one that has it; nothing where none has.</summary>
    internal void TakeOver(int item, int attempt, string name)
    {
        var own = Path.Combine(Attempt(item, attempt), name);
        for (var before = attempt - 1; before > 0 && !File.Exists(own); before--)
        {
            var file = Path.Combine(Attempt(item, before), name);
            if (File.Exists(file))
                Copy(file, own);
        }
    }

    /// <summary>Copies a file as a whole.</summary>
    internal static void Copy(string from, string to) => AtomicFile.Write(to, target =>
    {
        using var source = File.OpenRead(from);
        source.CopyTo(target);
    });

    /// <summary>Deletes what an attempt that does not count has written.</summary>
    internal void Forget(int item, int attempt)
    {
        Delete(Attempt(item, attempt));
        foreach (var folder in new[] { Item(item), Path.Combine(Root, Work) })
        {
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Delete(folder);
        }
    }

    /// <summary>Deletes all that is no result, also what a device has left that died while it wrote one.</summary>
    internal void DeleteWork()
    {
        Delete(Path.Combine(Root, Work));
        foreach (var file in Directory.Exists(Root) ? Directory.GetFiles(Root, "*.tmp") : [])
            File.Delete(file);
    }

    private string Item(int item) => Path.Combine(Root, Work, item.ToString("D6", CultureInfo.InvariantCulture));

    // Another device may delete or write beside this one: what is left then is its to delete.
    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
