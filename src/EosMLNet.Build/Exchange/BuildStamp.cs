using System.Text;

namespace EosMLNet.Build.Exchange;

/// <summary>
/// What the last successful build of one model saw: its request, the files it read, the files it made, and which files the model's folder
/// had. The worker writes it last; while it holds, there is nothing to do. Compiled into the task and into the worker.
/// </summary>
internal sealed class BuildStamp(string request, IReadOnlyList<StampedFile> files, string folder, string listing)
{
    private const string Version = "eos-stamp 1";
    private static readonly string[] ModelExtensions = [".json", ".safetensors", ".model", ".txt", ".jinja"];

    internal IReadOnlyList<StampedFile> Files => files;

    /// <summary>A model's own files, by name: configuration, weights, tokenizer.</summary>
    internal static IReadOnlyList<string> ModelFiles(string folder) =>
        [.. Directory.GetFiles(folder).Where(file => ModelExtensions.Contains(Path.GetExtension(file)))
            .OrderBy(Path.GetFileName, StringComparer.Ordinal)];

    internal static string PathFor(string output) => Path.ChangeExtension(output, ".stamp");

    internal static BuildStamp Of(string request, IEnumerable<StampedFile> files, string modelFolder) =>
        new(request, [.. files], modelFolder, Listing(modelFolder));

    /// <summary>Whether everything is as it was. Where only time stamps differ, <paramref name="refreshed"/> has the new ones.</summary>
    internal bool Holds(string requested, out BuildStamp? refreshed)
    {
        refreshed = null;
        if (requested != request || !Directory.Exists(folder) || Listing(folder) != listing)
            return false;
        if (files.All(file => file.LooksTheSame()))
            return true;
        var now = files.Select(file => file.IfUnchanged()).ToList();
        if (now.Contains(null))
            return false;
        refreshed = new BuildStamp(request, [.. now.OfType<StampedFile>()], folder, listing);
        return true;
    }

    internal string ToText()
    {
        var text = new StringBuilder();
        foreach (var line in new[] { Version, request, BuildRequest.Escape(folder), listing }.Concat(files.Select(file => file.ToLine())))
            text.Append(line).Append('\n');
        return text.ToString();
    }

    /// <summary>The stamp in a file, or null where there is none that can be read: then the build looks at everything anew.</summary>
    internal static BuildStamp? TryRead(string path)
    {
        try
        {
            var lines = File.Exists(path) ? File.ReadAllText(path).Split('\n') : [];
            if (lines.Length < 5 || lines[0] != Version || lines[lines.Length - 1].Length > 0)
                return null;
            var files = lines.Skip(4).Take(lines.Length - 5).Select(StampedFile.FromLine).ToList();
            return files.Contains(null) ? null
                : new BuildStamp(lines[1], [.. files.OfType<StampedFile>()], BuildRequest.Unescape(lines[2]), lines[3]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Listing(string folder) => FileHash.OfText(string.Join("\n", ModelFiles(folder).Select(Path.GetFileName)));
}
