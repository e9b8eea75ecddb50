// Exports a small LLaVA under a plan with three sites as a folder for ONNX Runtime GenAI, and asks one question about a drawn picture there.
//   dotnet run --project samples/GenAi -c Release            (-- FOLDER: where the exported folder goes)
using System.Diagnostics;
using EosMLNet.Checkpoints;
using EosMLNet.Onnx;
using EosMLNet.Plans;
using Microsoft.ML.OnnxRuntimeGenAI;
using ScenesVqa.Scenes;

const string Question = "what number is written";

var checkpoint = Path.Combine(AppContext.BaseDirectory, "scenes-llava");
var folder = args is [var given] ? given : Path.Combine(AppContext.BaseDirectory, "for-genai");

PlanModel shape;
using (var unreduced = OnnxModel.Load(checkpoint))
    shape = unreduced.Plan.Model;
var plan = ReductionPlan.Create(shape, new[] { (Layer: 3, Keep: 112), (Layer: 4, Keep: 80), (Layer: 5, Keep: 32) }.Select(at => new ReductionSite
{
    Layer = at.Layer,
    Keep = at.Keep,
    Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.TextAttention] = 1 },
}));
Console.WriteLine($"1. Exporting {shape.VisualTokens} visual tokens, of which three sites keep {string.Join(", ", plan.Sites.Select(site => site.Keep))}");
plan.ExportOnnx(checkpoint, folder, new OnnxExportOptions { Layout = OnnxLayout.GenAi });
Console.WriteLine($"   {folder}; its README.md says what it can do");

Console.WriteLine("2. Loading it");
using var prompts = GenAiPrompts.Load(folder);
using var model = new Model(folder);

Console.WriteLine($"3. Asking: {Question}");
var scene = new SceneGenerator(seed: 2026).Draw(0);
var clock = Stopwatch.StartNew();
using var prompt = prompts.Of([new RgbImage(scene.Width, scene.Height, scene.Pixels)], Question);
using var settings = new GeneratorParams(model);
settings.SetSearchOption("max_length", prompt.Ids.Length + 16);
using var generator = new Generator(model, settings);
foreach (var input in prompt.Inputs)
{
    using var tensor = new Tensor(input.Address, input.Shape, (ElementType)input.ElementType);
    generator.SetModelInput(input.Name, tensor);
}
generator.AppendTokens(prompt.Ids);
while (!generator.IsDone())
    generator.GenerateNextToken();
var answer = prompts.Read(generator.GetSequence(0)[prompt.Ids.Length..]);
Console.WriteLine($"   {answer} ({clock.ElapsedMilliseconds} ms); it is {scene.Number}");
