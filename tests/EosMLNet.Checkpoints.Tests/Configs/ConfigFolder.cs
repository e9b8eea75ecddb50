namespace EosMLNet.Tests.Configs;

/// <summary>A folder with a config.json of a test's own.</summary>
internal sealed class ConfigFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();

    internal string Path => folder.Path;

    public void Dispose() => folder.Dispose();

    internal string Write(string name, string json) => folder.Write(name, json);

    internal JsonSection Read(string json) => JsonSection.Read(Write("config.json", json));

    internal ModelConfig Load(string json)
    {
        Write("config.json", json);
        return ModelConfig.Load(Path);
    }

    /// <summary>What a config.json is refused with: the whole message, in which the file has no folder.</summary>
    internal string Refusal(string json, Action<JsonSection> read)
    {
        var section = Read(json);
        var error = Assert.Throws<EosException>(() => read(section));
        Assert.Equal((EosErrors.UnsupportedModel, section.File), (error.Code, error.File));
        return error.Message.Replace(section.File, "config.json", StringComparison.Ordinal);
    }

    /// <summary>The same, of a whole model's.</summary>
    internal string Refusal(string json) => Refusal(json, _ => ModelConfig.Load(Path));
}
