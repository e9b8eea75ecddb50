using System.Security;

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
    public void A_front_is_searched_once_and_has_an_artifact_for_each_value_of_its_limit()
    {
        app.Project(data: """ TrainingData="data/train.tsv" ImageFolder="data/images" OutputFile="vqa.zip" MeanVisualTokens="64;32;16" Plan="plans/vqa.plan.json" """).Restored().Dotnet("build", "--no-restore", "-m").Succeeds();
        Assert.Equal((3, 1), app.Count());
        Assert.Equal(["vqa-16.zip", "vqa-32.zip", "vqa-64.zip"], Directory.GetFiles(app["bin/Debug/net10.0"], "*.zip").Select(Path.GetFileName).Order());
        Assert.Equal(3, new[] { 64, 32, 16 }.Select(value => File.ReadAllText(app[$"plans/vqa-{value}.plan.json"])).Distinct().Count());
        foreach (var value in new[] { 64, 32, 16 })
            Assert.Contains($"\"meanVisualTokens\": {value}", File.ReadAllText(app[$"bin/Debug/net10.0/vqa-{value}.summary.json"]));

        File.WriteAllText(Directory.GetFiles(app.Cache, "model.zip", SearchOption.AllDirectories).First(), "damaged");
        Directory.Delete(app["obj/eos"], recursive: true);
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((3, 1), app.Count()); // one entry is made anew, the others stay
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((0, 0), app.Count());
    }

    [Fact]
    public void A_package_does_not_carry_it()
    {
        app.Project().Restored().Dotnet("pack", "--no-restore", "-o", app["out"]).Succeeds();
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
        app.Dotnet("clean", "lib/Lib.csproj", "-f", "net10.0").Succeeds();
        Assert.True(Directory.Exists(app["lib/obj/eos/Debug"])); // which the other framework shares
        app.Dotnet("clean", "lib/Lib.csproj", "-m").Succeeds();
        Assert.False(Directory.Exists(app["lib/obj/eos/Debug"]));
        Assert.Empty(Directory.EnumerateFiles(app["lib"], "*.zip", SearchOption.AllDirectories));
    }

    [Fact]
    public void Two_models_are_searched_at_the_same_time()
    {
        app.Project(items: """</ItemGroup><ItemGroup><EosModel Include="model" TrainingData="data/train.tsv" ImageFolder="data/images" OutputFile="second.zip" MeanVisualTokens="8" />""");
        app.Restored().Behaving("meet-searches").Dotnet("build", "--no-restore", "-m").Succeeds(); // each search waits until the other one has begun
        Assert.Equal((2, 2), app.Count());
        Assert.True(File.Exists(app["bin/Debug/net10.0/vqa.zip"]) && File.Exists(app["bin/Debug/net10.0/second.zip"]));
    }

    [Fact]
    public void Two_builds_of_one_project_at_once_search_once_and_agree()
    {
        app.Project().Restored().Behaving("meet-workers");
        using var first = app.Start("msbuild", "-t:EosBuild");
        using var second = app.Start("msbuild", "-t:EosBuild");
        var runs = new[] { first, second }.Select(ThrowAway.End).ToList();
        Assert.All(runs, run => run.Succeeds());
        Assert.Equal((2, 1), app.Count()); // one has searched while the other one waited
        app.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((0, 0), app.Count());
    }

    [Fact]
    public void All_runtimes_of_a_project_share_one_search_and_targets_of_its_own_run_around_it()
    {
        app.Project(properties: "<UseAppHost>false</UseAppHost>", items: """
            </ItemGroup>
            <Target Name="InFront" BeforeTargets="EosBeforeBuild"><Message Importance="high" Text="in front: $(RuntimeIdentifier)" /></Target>
            <Target Name="Behind" AfterTargets="EosAfterBuild"><Message Importance="high" Text="behind: @(_EosExistingArtifact->'%(Filename)')" /></Target>
            <ItemGroup>
            """);
        foreach (var (rid, workers) in new[] { ("linux-x64", 1), ("win-x64", 0) })
        {
            var run = app.Dotnet("build", "-r", rid, "--self-contained", "false").Succeeds();
            Assert.Equal((workers, workers), app.Count());
            Assert.True(File.Exists(app[$"bin/Debug/net10.0/{rid}/vqa.zip"]));
            Assert.Contains($"in front: {rid}", run.Output);
            Assert.Contains("behind: vqa;", run.Output);
        }
    }

    [Fact]
    public void Paths_may_hold_any_letter()
    {
        string[] names = ["with space", "it's", "żółć 模型", "a;b", "50% (x) @home", .. OperatingSystem.IsWindows() ? Array.Empty<string>() : ["say \"x\" & y"]];
        using var strange = new ThrowAway("it's żółć 模型"); // the SDK itself does not build in folders with a semicolon, a per cent sign or a double quote
        foreach (var name in names)
            strange.Write($"{name}/config.json", "{}").Write($"{name}/model.safetensors", "weights").Write($"{name}/train.tsv", "ImagePath\tQuestion\tAnswer\n1.png\twhat?\tred\n").Write($"{name}/images/1.png", "one");
        strange.Project(model: Escaped(names[0]), data: Data(names[0]),
            items: "</ItemGroup><ItemGroup>" + string.Concat(names.Skip(1).Select(name => $"<EosModel Include=\"{Escaped(name)}\" {Data(name)} />")));
        strange.Dotnet("build").Succeeds();
        Assert.All(names, name => Assert.True(File.Exists(strange[$"bin/Debug/net10.0/{name}.zip"]), string.Join("\n", strange.Find("*.zip"))));
        Assert.Equal(names.Length, strange.Count().Workers);
        strange.Dotnet("build", "--no-restore").Succeeds();
        Assert.Equal((0, 0), strange.Count());

        static string Data(string name) => $""" TrainingData="{Escaped(name)}/train.tsv" ImageFolder="{Escaped(name)}/images" OutputFile="{Escaped(name)}.zip" MeanVisualTokens="16" """;
        static string Escaped(string name) => SecurityElement.Escape(name.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal).Replace("@", "%40", StringComparison.Ordinal));
    }

    private static string Rid => OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";

    public void Dispose() => app.Dispose();
}
