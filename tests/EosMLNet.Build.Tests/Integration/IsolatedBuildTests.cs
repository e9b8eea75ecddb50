namespace EosMLNet.Build.Tests.Integration;

/// <summary>Builds of a project graph, also with MSBuild's rule that nobody calls a project that is not in it.</summary>
public sealed class IsolatedBuildTests : IDisposable
{
    private readonly ThrowAway app = new();

    [Theory]
    [InlineData("<TargetFrameworks>net10.0;netstandard2.0</TargetFrameworks>", "-graph", "-isolate")]
    [InlineData("<TargetFrameworks>net10.0;netstandard2.0</TargetFrameworks>", "-graph", "-m")]
    public void Each_model_is_searched_once(string frameworks, params string[] arguments)
    {
        app.Write("other/config.json", "{ }").Write("other/model.safetensors", "other weights").Write("Program.cs", "public static class Program { }");
        app.Project(frameworks: frameworks, properties: "<OutputType>Library</OutputType>",
            items: """</ItemGroup><ItemGroup><EosModel Include="other" TrainingData="data/train.tsv" ImageFolder="data/images" OutputFile="models/second.zip" MeanVisualTokens="8" />""");
        app.Dotnet("restore").Succeeds();
        app.Dotnet(["build", "--no-restore", .. arguments]).Succeeds();
        Assert.Equal((2, 2), app.Count());
        Assert.True(File.Exists(app["bin/Debug/net10.0/vqa.zip"]) && File.Exists(app["bin/Debug/net10.0/models/second.zip"]));
        app.Dotnet(["build", "--no-restore", .. arguments]).Succeeds();
        Assert.Equal((0, 0), app.Count());
    }

    public void Dispose() => app.Dispose();
}
