using System.CommandLine;
using System.Globalization;
using System.Text;
using Benchmarks.Report;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Tests;
using ScenesVqa;
using ScenesVqa.Questions;
using ScenesVqa.Training;

namespace Benchmarks.Quality;

/// <summary><c>oracle</c>: how many questions of scenes-llava can be answered from a few visual tokens at all.</summary>
internal sealed class OracleCommand : Command
{
    private readonly Option<int> questions = new("--questions")
    {
        Description = "Questions of each family.", DefaultValueFactory = _ => 20,
    };
    private readonly Option<int> tokens = new("--tokens") { Description = "The most visual tokens.", DefaultValueFactory = _ => 8 };
    private readonly Option<bool> quick = new("--quick") { Description = "On next to no images: whether the program works." };
    private readonly Option<string> work = new("--work")
    {
        Description = "Where the images are kept between runs.", HelpName = "DIR",
        DefaultValueFactory = _ => Repository.At("tests", "Benchmarks", "out"),
    };
    private readonly Option<string> output = new("--output")
    {
        Description = "Where the report goes.", HelpName = "DIR", DefaultValueFactory = _ => Repository.At("build", "docs", "benchmarks"),
    };

    private sealed record Document(string Hardware, int Questions, IReadOnlyDictionary<string, IReadOnlyList<double>> Families);

    internal OracleCommand()
        : base("oracle",
            "How many questions of scenes-llava can be answered from 1 to 8 visual tokens that one chooses who knows the answer.")
    {
        foreach (var option in new Option[] { questions, tokens, quick, work, output })
            Add(option);
        SetAction(values => Measure(values.GetValue(quick) ? QualitySettings.Quick : QualitySettings.Full,
            values.GetValue(questions), values.GetValue(tokens), values.GetValue(work)!, values.GetValue(output)!));
    }

    private static int Measure(QualitySettings settings, int perFamily, int most, string work, string output)
    {
        TorchRuntime.EnsureLoaded();
        using var bench = new Workbench(work, settings, QualityModel.All[0]);
        var backbone = Backbone.Of(bench.Subject.Backbone, Vocabulary.Size);
        var oracle = new Oracle(bench.Model, backbone);
        var test = bench.Data.Test;
        var families = new SortedDictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal);
        foreach (var family in test.Examples.GroupBy(row => row.Family))
        {
            var step = Math.Max(1, family.Count() / perFamily);
            var right = family.Where((_, i) => i % step == 0).Take(perFamily).Select(row =>
            {
                var question = new SceneQuestion(row.Family, row.Question, row.Answer);
                var asked = new ImageQuestions((RgbImage)test.Images[row.Images[0]], [question]);
                using var seen = new SeenImages([asked], backbone, bench.Model, bench.Model.Processor!.Images);
                return oracle.Answer(seen.Images[0], most);
            }).ToList();
            families[family.Key] = [.. Enumerable.Range(0, most)
                .Select(count => Math.Round(right.Average(one => one[count] ? 1.0 : 0.0), 4))];
            var shares = families[family.Key].Select(share => share.ToString("p0", CultureInfo.InvariantCulture));
            Console.WriteLine($"{DateTime.Now:HH:mm:ss} {family.Key}: {string.Join(", ", shares)}");
        }
        var document = new Document(Hardware.Describe(), perFamily, families);
        ResultFile.Save(Path.Combine(output, "oracle.json"), document);
        AtomicFile.WriteText(Path.Combine(output, "oracle.md"), Page(document));
        return 0;
    }

    private static string Page(Document document)
    {
        var most = document.Families.Values.First().Count;
        var page = new StringBuilder($"""
            # What a few tokens can tell

            Written by `dotnet run --project tests/Benchmarks -c Release -- oracle`; the numbers are in `oracle.json` beside this page.
            scenes-llava answers {document.Questions} questions of each family, which no search saw, from 1 to {most} of 144 visual tokens.
            One who knows the answer chooses them: one after another, each so that the right answer becomes as likely as it can. They
            are in front of the first layer and stay to the last; nothing of the other tokens is kept. The share is of questions that are
            answered rightly with so many tokens or fewer.

            It is no bound for an operator that merges: four merged tokens hold more than four of the image's own. It says where pruning
            alone ends, and that the answer is in so few tokens, not that anyone could find them without knowing it.

            | family |{string.Concat(Enumerable.Range(1, most).Select(count => $" {count} |"))}
            |---|{string.Concat(Enumerable.Repeat("---:|", most))}

            """.ReplaceLineEndings("\n"));
        foreach (var (family, shares) in document.Families)
            Row(family, shares);
        Row("mean", [.. Enumerable.Range(0, most).Select(count => document.Families.Values.Average(shares => shares[count]))]);
        return page.ToString();

        void Row(string name, IReadOnlyList<double> shares)
        {
            var cells = shares.Select(share => string.Create(CultureInfo.InvariantCulture, $" {100 * share:0.#} % |"));
            page.Append($"| {name} |{string.Concat(cells)}\n");
        }
    }
}
