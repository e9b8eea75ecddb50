using EosMLNet.Tensors;

namespace EosMLNet.Cluster;

/// <summary>
/// A job as a file: an object with <c>job</c>, which is search or batch, and the properties of <see cref="SearchJob"/> or
/// <see cref="BatchJob"/> by their names in camel case.
/// </summary>
public static class JobFile
{
    private const string Kind = "job", Priority = "priority", Device = "device", DataType = "dataType", Searches = "searches",
        Limits = "limits";

    /// <summary>Reads a job.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="EosException">EOS1001: there is no such file. EOS1008: it is not such an object. EOS1013: a value is out of its
    /// range, or a name is not known.</exception>
    public static ClusterJob Read(string path)
    {
        var file = JsonSection.Read(path);
        ClusterJob job = file.Text(Kind) switch
        {
            "search" => Several(file),
            "batch" => Batch(file),
            var other => throw new EosException(EosErrors.InvalidOption,
                $"{file.Describe(Kind)} is {(other is null ? "missing" : $"'{other}'")}; expected search or batch."),
        };
        job = job with { Priority = file.Int(Priority, job.Priority), Device = Named(file, Device, job.Device) };
        job.Check();
        return job;
    }

    private static SearchJob Several(JsonSection file)
    {
        CheckNames(file, Kind, Priority, Device, Searches);
        return new() { Searches = [.. file.Sections(Searches).Select(Search)] };
    }

    private static BatchJob Batch(JsonSection file)
    {
        CheckNames(file, Kind, Priority, Device, DataType, "model", "plan", "table", "images", "partRows", "batchSize", "maxNewTokens");
        var job = new BatchJob
        {
            Model = Required(file, "model"),
            Plan = file.Text("plan"),
            Table = Required(file, "table"),
            Images = Required(file, "images"),
            DataType = Named(file, DataType, ModelDataType.Auto),
        };
        return job with
        {
            PartRows = file.Int("partRows", job.PartRows),
            BatchSize = file.Int("batchSize", job.BatchSize),
            MaxNewTokens = file.Int("maxNewTokens", job.MaxNewTokens),
        };
    }

    private static SearchItem Search(JsonSection item)
    {
        CheckNames(item, DataType, Limits, "name", "model", "data", "images", "validation", "seed", "steps", "batchSize",
            "checkpointEvery");
        var limits = item.Section(Limits);
        var search = new SearchItem
        {
            Name = Required(item, "name"),
            Model = Required(item, "model"),
            Data = Required(item, "data"),
            Images = Required(item, "images"),
            Validation = item.Text("validation"),
            Limits = limits.Names.ToDictionary(name => name, name => limits.Number(name, 0)),
            DataType = Named(item, DataType, ModelDataType.Auto),
        };
        return search with
        {
            Seed = item.Int("seed", search.Seed),
            Steps = item.Int("steps", search.Steps),
            BatchSize = item.Find("batchSize") is null ? null : item.Int("batchSize", 0),
            CheckpointEvery = item.Int("checkpointEvery", search.CheckpointEvery),
        };
    }

    private static string Required(JsonSection section, string name) => section.Text(name) is { Length: > 0 } text ? text
        : throw new EosException(EosErrors.InvalidOption, $"{section.Describe(name)} is missing; expected a text.");

    private static T Named<T>(JsonSection section, string name, T fallback)
        where T : struct, Enum =>
        section.Text(name) is not { } text ? fallback
        : Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<T>(text, ignoreCase: true)
        : throw new EosException(EosErrors.InvalidOption, $"{section.Describe(name)} is '{text}'; expected " +
            $"{string.Join(", ", Enum.GetNames<T>().Select(known => known.ToLowerInvariant()))}.");

    // A slip in a name would otherwise leave a default where something was asked for.
    private static void CheckNames(JsonSection section, params string[] known)
    {
        foreach (var name in section.Names.Where(name => !known.Contains(name)))
            throw new EosException(EosErrors.InvalidOption,
                $"{section.Describe(name)} is not known; expected some of {string.Join(", ", known)}.{Spelling.Suggestion(name, known)}");
    }
}
