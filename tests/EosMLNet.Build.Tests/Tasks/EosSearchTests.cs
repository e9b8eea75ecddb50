extern alias BuildTask;

using System.Reflection;
using BuildTask::EosMLNet.Build.Tasks;
using Microsoft.Build.Framework;
using TaskErrors = BuildTask::EosMLNet.Build.Tasks.EosErrors;

namespace EosMLNet.Build.Tests.Tasks;

public sealed class EosSearchTests
{
    private readonly MockEngine engine = new();

    [Theory]
    [InlineData("##eos high: The gate is passed.", MessageImportance.High)]
    [InlineData("##eos normal: step 25 of 300", MessageImportance.Normal)]
    [InlineData("##eos low: step 26 {0} of 300", MessageImportance.Low)]
    public void Progress_has_the_importance_that_the_worker_gives_it(string line, MessageImportance importance)
    {
        Read(line);
        Assert.Equal([(importance, line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..])], engine.Messages);
    }

    [Theory]
    [InlineData("/a b/App.csproj(12,5) : error EOS3003: it falls {far}", "/a b/App.csproj", 12, 5)]
    [InlineData(@"C:\a (b)\App.csproj : error EOS3003: it falls {far}", @"C:\a (b)\App.csproj", 0, 0)]
    [InlineData("eos : error EOS3003: it falls {far}", "eos", 0, 0)]
    [InlineData("/data/bad (1).tsv(7) : error EOS3003: it falls {far}", "/data/bad (1).tsv", 7, 0)]
    public void A_diagnostic_reaches_the_project_that_is_built_with_its_place(string line, string file, int at, int column)
    {
        var item = Diagnostic.Parse(line)!.ToItem();
        Assert.False(new EosReport { BuildEngine = engine, Diagnostics = [item] }.Execute());
        var error = Assert.Single(engine.Errors);
        Assert.Equal(("EOS3003", file, at, column, "it falls {far}"), (error.Code, error.File, error.LineNumber, error.ColumnNumber, error.Message));
    }

    [Fact]
    public void A_warning_is_a_warning()
    {
        Assert.True(new EosReport { BuildEngine = engine, Diagnostics = [Diagnostic.Parse("App.csproj(3,5) : warning EOS4006: 50% of a;b; is $(damaged)")!.ToItem()] }.Execute());
        Assert.Equal("50% of a;b; is $(damaged)", Assert.Single(engine.Warnings).Message);
    }

    [Fact]
    public void Other_lines_are_messages()
    {
        Read("Unhandled exception. {x}");
        Assert.Equal([(MessageImportance.Normal, "Unhandled exception. {x}")], engine.Messages);
    }

    [Theory]
    [InlineData("/plain/path.rsp")]
    [InlineData("C:\\a b\\c.rsp")]
    [InlineData("/50%/a;b/$(x)/it's \"so\"/!0041/żółć.rsp")]
    public void A_path_survives_as_a_property(string path)
    {
        var value = SafePropertyValue.Encode(path);
        Assert.DoesNotContain(value, c => c is ';' or '%' or '$' or '@' or '\'' or '"' or '*' or '?');
        Assert.Equal(path, SafePropertyValue.Decode(value));
    }

    [Fact]
    public void The_task_s_codes_are_the_library_s()
    {
        var codes = typeof(TaskErrors).GetFields(BindingFlags.NonPublic | BindingFlags.Static).ToDictionary(field => field.Name, field => (string)field.GetValue(null)!);
        Assert.NotEmpty(codes);
        Assert.All(codes, code => Assert.Equal(code.Value, typeof(EosErrors).GetField(code.Key)?.GetValue(null)));
    }

    private void Read(string line) =>
        typeof(EosSearch).GetMethod("LogEventsFromTextOutput", BindingFlags.NonPublic | BindingFlags.Instance)!.Invoke(new EosSearch { BuildEngine = engine }, [line, MessageImportance.High]);
}
