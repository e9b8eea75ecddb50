using EosMLNet.Build.Exchange;

namespace Faults;

/// <summary>What a build asks of its worker, as the MSBuild task writes it.</summary>
internal static class RequestFile
{
    /// <summary>Writes a request for a model's short search, or for what follows of its committed plan.</summary>
    /// <param name="file">The request's file.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="table">The questions.</param>
    /// <param name="images">The folder of their images.</param>
    /// <param name="output">The artifact.</param>
    /// <param name="cache">The cache's folder.</param>
    /// <param name="more">Further entries.</param>
    /// <returns>The file.</returns>
    internal static string Write(string file, string model, string table, string images, string output, string cache,
        params IEnumerable<(string Name, string Value)> more)
    {
        var request = new BuildRequest();
        foreach (var (name, value) in ((string, string)[])
        [
            (BuildRequest.Model, model), (BuildRequest.TrainingData, table), (BuildRequest.ImageFolder, images),
            (BuildRequest.Output, output),
            (BuildRequest.Device, "cpu"), (BuildRequest.Cache, cache), ($"{BuildRequest.OptionPrefix}MeanVisualTokens", "8"),
            ($"{BuildRequest.OptionPrefix}Steps", "3"), ($"{BuildRequest.OptionPrefix}BatchSize", "2"),
        ])
            request.Add(name, value);
        foreach (var (name, value) in more)
            request.Add(name, value);
        if (request[BuildRequest.Mode].Length == 0)
            request.Add(BuildRequest.Mode, "Search");
        File.WriteAllText(file, request.ToText());
        return file;
    }
}
