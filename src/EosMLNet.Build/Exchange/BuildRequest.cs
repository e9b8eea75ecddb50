using System.Text;

namespace EosMLNet.Build.Exchange;

/// <summary>
/// What the build asks of the worker, for one model: the response file. One <c>name=value</c> a line, verbatim but for line ends and
/// backslashes, so that paths may hold anything that a file system allows. Compiled into the task and into the worker.
/// </summary>
internal sealed class BuildRequest
{
    internal const string Origin = "origin", OriginLine = "originLine", OriginColumn = "originColumn", ItemName = "item",
        Project = "project", Model = "model", TrainingData = "trainingData", ValidationData = "validationData", ImageFolder = "imageFolder",
        WarmStart = "warmStart", LatencyTable = "latencyTable", Output = "output", OfFront = "ofFront", Plan = "plan", Report = "report",
        Mode = "mode", Device = "device", LibTorch = "libtorch", Natives = "natives", NuGetRoot = "nugetRoot", Cache = "cache",
        Worker = "worker", Timeout = "timeout", Host = "host", OptionPrefix = "option.";

    // What says where the build runs and how long it may take, not what it makes.
    private static readonly HashSet<string> Circumstances =
        [Origin, OriginLine, OriginColumn, ItemName, Project, LibTorch, Natives, NuGetRoot, Cache, Timeout, Host];

    private readonly List<KeyValuePair<string, string>> entries = [];

    internal void Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            entries.Add(new(name, value!));
    }

    /// <summary>The value of that name, or an empty text.</summary>
    internal string this[string name] => All(name).FirstOrDefault() ?? "";

    internal IEnumerable<string> All(string name) => entries.Where(entry => entry.Key == name).Select(entry => entry.Value);

    /// <summary>The item's options: all metadata that is not one of the other names.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Options => entries
        .Where(entry => entry.Key.StartsWith(OptionPrefix, StringComparison.Ordinal))
        .Select(entry => new KeyValuePair<string, string>(entry.Key.Substring(OptionPrefix.Length), entry.Value));

    /// <summary>A hash of everything that has a say in what is made, in hexadecimal.</summary>
    internal string Fingerprint() => FileHash.OfText(Text(entries.Where(entry => !Circumstances.Contains(entry.Key))));

    internal string ToText() => Text(entries);

    internal static BuildRequest Parse(string text)
    {
        var request = new BuildRequest();
        foreach (var line in text.Split('\n').Where(line => line.IndexOf('=') > 0))
            request.Add(line.Substring(0, line.IndexOf('=')), Unescape(line.Substring(line.IndexOf('=') + 1)));
        return request;
    }

    private static string Text(IEnumerable<KeyValuePair<string, string>> entries) =>
        string.Concat(entries.Select(entry => $"{entry.Key}={Escape(entry.Value)}\n"));

    internal static string Escape(string value) =>
        value.Replace("\\", @"\\").Replace("\n", @"\n").Replace("\r", @"\r").Replace("\t", @"\t");

    internal static string Unescape(string value)
    {
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\' || i + 1 == value.Length)
                text.Append(value[i]);
            else
                text.Append(value[++i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
        }
        return text.ToString();
    }
}
