namespace EosMLNet.Build.Tests.Integration;

/// <summary>The artifact goes wherever an SDK item would, and projects of every shape search once.</summary>
public sealed class ShapesTests : IDisposable
{
    private readonly ThrowAway app = new();

    [Theory]
    [InlineData("-p:PublishSingleFile=false")]
    [InlineData("-p:PublishSingleFile=true")]
    public void Publish_puts_it_beside_the_program(string singleFile)
    {
        app.Project().Dotnet("publish", "-c", "Release", "-r", Rid, "--self-contained", "false", singleFile, "-p:EnableSingleFileAnalyzer=false", "-o", app["out"]).Succeeds();
        Assert.Equal((1, 1), app.Count());
        Assert.True(File.Exists(app["out/vqa.zip"]));
        Assert.True(File.Exists(app["out/vqa.plan.json"]));
        Assert.Equal(singleFile.EndsWith("true", StringComparison.Ordinal), !File.Exists(app["out/App.dll"]));
    }

    [Fact]
    public void A_package_does_not_carry_it()
    {
        app.Project().Dotnet("pack", "-o", app["out"]).Succeeds();
        using var package = System.IO.Compression.ZipFile.OpenRead(Directory.GetFiles(app["out"], "*.nupkg").Single());
        Assert.DoesNotContain(package.Entries, entry => entry.Name.StartsWith("vqa", StringComparison.Ordinal));
        Assert.Contains(package.Entries, entry => entry.Name == "App.dll");
        Assert.DoesNotContain("EosMLNet.Build", new StreamReader(package.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open()).ReadToEnd());
    }

    [Fact]
    public void A_referencing_project_gets_it_and_its_own_frameworks_and_models_search_once_each()
    {
        app.Write("lib/Lib.cs", "public static class Lib { }").Write("model/x", "").Write("other/config.json", "{ }").Write("other/model.safetensors", "other weights");
        app.Project(file: "lib/Lib.csproj", model: "../model", data: """ TrainingData="../data/train.tsv" ImageFolder="../data/images" OutputFile="models/vqa.zip" MeanVisualTokens="16" """,
            frameworks: "<TargetFrameworks>net10.0;netstandard2.0</TargetFrameworks>", properties: "<OutputType>Library</OutputType>",
            items: """</ItemGroup><ItemGroup><EosModel Include="../other" TrainingData="../data/train.tsv" ImageFolder="../data/images" MeanVisualTokens="8" />""");
        app.Write("app/App.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><Compile Include="../Program.cs" /><ProjectReference Include="../lib/Lib.csproj" /></ItemGroup>
            </Project>
            """);
        app.Dotnet("build", "lib/Lib.csproj", "-m").Succeeds();
        Assert.Equal((2, 2), app.Count()); // two models, two frameworks
        app.Dotnet("build", "app/App.csproj", "-m").Succeeds();
        Assert.Equal((0, 0), app.Count());
        Assert.True(File.Exists(app["app/bin/Debug/net10.0/models/vqa.zip"]));
        Assert.True(File.Exists(app["app/bin/Debug/net10.0/other.zip"]));
        Assert.True(File.Exists(app["lib/bin/Debug/netstandard2.0/models/vqa.zip"]));
        app.Dotnet("clean", "lib/Lib.csproj").Succeeds();
        Assert.Empty(Directory.EnumerateFiles(app["lib"], "*.zip", SearchOption.AllDirectories));
    }

    [Fact]
    public void Two_builds_of_one_project_at_once_search_once_and_agree()
    {
        app.Project().Behaving("slow").Dotnet("restore").Succeeds();
        using var first = app.Start("msbuild", "-t:EosBuild");
        using var second = app.Start("msbuild", "-t:EosBuild");
        var runs = new[] { first, second }.Select(ThrowAway.End).ToList();
        Assert.All(runs, run => run.Succeeds());
        Assert.Equal(1, app.Count().Searches);
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((0, 0), app.Count());
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("it's")]
    [InlineData("żółć 模型")]
    [InlineData("a;b")]
    [InlineData("50% (x) @home")]
    public void Paths_may_hold_any_letter(string name)
    {
        var escaped = name.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal).Replace("@", "%40", StringComparison.Ordinal);
        using var strange = new ThrowAway(name.Contains(';') || name.Contains('%') ? "app" : name); // the SDK itself does not build in folders with the last two
        strange.Write($"{name}/config.json", "{}").Write($"{name}/model.safetensors", "weights").Write($"{name}/train.tsv", "ImagePath\tQuestion\tAnswer\n1.png\twhat?\tred\n").Write($"{name}/images/1.png", "one");
        strange.Project(model: escaped, data: $""" TrainingData="{escaped}/train.tsv" ImageFolder="{escaped}/images" OutputFile="{escaped}.zip" MeanVisualTokens="16" """);
        strange.Dotnet("build").Succeeds();
        Assert.True(File.Exists(strange[$"bin/Debug/net10.0/{name}.zip"]), string.Join("\n", strange.Find("*.zip")));
        strange.Dotnet("build").Succeeds();
        Assert.Equal((1, 1), strange.Count());
    }

    private static string Rid => OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";

    public void Dispose() => app.Dispose();
}
