using EosMLNet.Build.Tests.Integration;

namespace EosMLNet.Build.Tests.Packaging;

/// <summary>A program without libtorch is told so by its build, and again by itself, with a line to paste.</summary>
public sealed class LibTorchWarningTests : IDisposable
{
    private static readonly string Remedy = $"dotnet add package libtorch-cpu-{(OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64")} --version 2.10.0";

    private static readonly string[] Check = ["msbuild", "-t:_EosCheckLibTorch"];

    private readonly ThrowAway app = new();

    [Theory]
    [InlineData("EosMLNet")]
    [InlineData("EosMLNet.Build")]
    public void A_program_that_has_none_is_warned_whichever_package_it_names(string package)
    {
        var run = Project(package).Dotnet("build");
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("warning EOS2001: The program has no libtorch and will not run. Run: " + Remedy, run.Output);
        Assert.Contains("1 Warning(s)", run.Output);
    }

    [Fact]
    public void A_program_that_only_answers_is_warned_of_ONNX_Runtime_and_has_nothing_of_torch()
    {
        app.Write("Program.cs", """
            using Microsoft.ML;
            System.Console.WriteLine(new MLContext().VisionLanguage().LoadImage(args[0]).Width);
            """);
        var without = Project("EosMLNet.Answering").Dotnet("build");
        Assert.True(without.ExitCode == 0, without.Output);
        Assert.Contains("warning EOS2011: The program has neither TorchSharp nor ONNX Runtime's native library", without.Output);
        Assert.Contains("1 Warning(s)", without.Output);
        var run = Project("EosMLNet.Answering", """<PackageReference Include="Microsoft.ML.OnnxRuntime" Version="1.31.1" />""").Dotnet("build");
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("0 Warning(s)", run.Output);
        string[] files = [.. Directory.EnumerateFiles(app["bin"], "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file))];
        Assert.Contains("EosMLNet.Answering.dll", files);
        Assert.DoesNotContain(files, file => file.Contains("torch", StringComparison.OrdinalIgnoreCase) || file is "EosMLNet.dll" or "EosMLNet.Core.dll");
        Assert.Equal("80", app.Dotnet("run", "--no-build", "--", Repository.At("tests", "EosMLNet.Core.Tests", "Golden", "backbones", "qwen3_vl", "images", "img_a.png")).Output.Trim());
    }

    // The target alone: that every build runs it is seen above.
    [Fact]
    public void Nobody_else_is()
    {
        Project("EosMLNet.Core").Dotnet("restore").Succeeds();
        app.Dotnet([.. Check, "-p:EosLibTorchWarning=false"]).Succeeds();
        app.Dotnet([.. Check, "-p:OutputType=Library"]).Succeeds();
        app.Dotnet([.. Check, "-p:DesignTimeBuild=true"]).Succeeds();
        app.With("EOS_LIBTORCH", app["torch"]).Dotnet(Check).Succeeds();
        app.With("EOS_LIBTORCH", null).Write("libtorch_cpu.so", "");
        Project("EosMLNet.Core", """<None Include="libtorch_cpu.so" CopyToOutputDirectory="PreserveNewest" />""").Dotnet(Check).Succeeds();
        Assert.Contains("EOS2001", Project("EosMLNet.Core").Dotnet(Check).Output);
    }

    [Theory]
    [InlineData("win-x64", "dotnet add package libtorch-cpu-win-x64 --version 2.10.0")]
    [InlineData("linux-arm64", "There is no libtorch package for linux-arm64")]
    public void The_remedy_is_for_the_system_that_the_program_is_built_for(string system, string remedy) =>
        Assert.Contains(remedy, Project("EosMLNet.Core").Dotnet([.. Check, "-restore", $"-p:RuntimeIdentifier={system}", "-p:UseAppHost=false"]).Output);

    [Fact]
    public void The_program_itself_says_it_first_and_without_the_loader_s_lines()
    {
        app.Write("Program.cs", """
            using Microsoft.ML;
            try { new MLContext().VisionLanguage().OperatorSearch("model", 16); }
            catch (System.Exception e) { System.Console.WriteLine(e.Message); System.Console.WriteLine(e.InnerException!.GetType().Name); }
            """);
        Project("EosMLNet").Dotnet("build");
        var lines = app.Dotnet("run", "--no-build").Output.Trim().Split('\n');
        Assert.StartsWith($"EOS2001: The program has no libtorch. Run: {Remedy} (Or ", lines[0]);
        Assert.Equal(["DllNotFoundException"], lines.Skip(1).Select(line => line.Trim()));
    }

    private ThrowAway Project(string package, string items = "") => app.Write("App.csproj", $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework></PropertyGroup>
          <ItemGroup><PackageReference Include="{package}" Version="{LocalFeed.Version}" />{items}</ItemGroup>
        </Project>
        """).With("EosLibTorchWarning", "true");

    public void Dispose() => app.Dispose();
}
