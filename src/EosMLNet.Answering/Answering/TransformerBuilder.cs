using System.ComponentModel;
using EosMLNet.Engines;
using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>
/// What an estimator needs that brings the model of its <see cref="VisionLanguageTransformer"/> by itself, as a search does: options that
/// were checked, the rows of its data, and the transformer in the end.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class TransformerBuilder
{
    internal TransformerBuilder(IHost host, VisionLanguageOptions options)
    {
        host.CheckNonWhiteSpace(options.ModelPath, nameof(options.ModelPath));
        (Host, ModelPath, Settings) = (host, options.ModelPath, options.ToSettings().Checked(EosErrors.InvalidOption));
    }

    /// <summary>The estimator, as ML.NET knows it.</summary>
    public IHost Host { get; }

    /// <summary>What the options and the context ask of an engine, without a plan.</summary>
    public ModelRequest Request => Settings.Request(Host, ModelPath);

    /// <summary>The columns with images, in the order in which a row has them.</summary>
    public IReadOnlyList<string> ImageColumns => Settings.ImageColumns;

    /// <summary>The column with the questions.</summary>
    public string QuestionColumn => Settings.Question;

    internal string ModelPath { get; }

    internal AnswerSettings Settings { get; }

    /// <summary>Checks that images and question are there and have the right types.</summary>
    /// <param name="input">The schema of the data.</param>
    /// <param name="texts">Further columns of text that must be there, null for one that is not used, and what they are for.</param>
    public void CheckInput(SchemaShape input, params IReadOnlyList<(string? Column, string Role)> texts)
    {
        Settings.CheckInput(Host, input);
        foreach (var (column, role) in texts)
        {
            if (column is not null)
                Host.CheckTextColumn(input, column, role);
        }
    }

    /// <summary>The columns of the data with those for answer, score and visual tokens.</summary>
    /// <param name="input">A schema with the columns of images and question.</param>
    public SchemaShape OutputShape(SchemaShape input) => Settings.OutputShape(Host, input);

    /// <summary>What reads images and question of the row that a cursor stands on. It belongs to one cursor, so to one thread.</summary>
    /// <param name="row">The cursor, with the columns of images and question active.</param>
    /// <param name="videos">Which frames of videos are read; null where the model takes none.</param>
    /// <returns>A reader. It throws EOS1001, EOS1010 or EOS1011 where an image is missing or is not one.</returns>
    public Func<Query> Reader(DataViewRow row, FrameSampling? videos) => new QueryReader(row, Settings, videos).Read;

    /// <summary>Makes a transformer for each of some plans, which share the model.</summary>
    /// <param name="model">The model under the first plan, loaded for <see cref="Request"/>; the transformers' from now on, and
    /// disposed where this fails.</param>
    /// <param name="plans">The plans, at least one, and what made each, as JSON, to be saved with it; null for nothing.</param>
    /// <exception cref="EosException">EOS4002: a plan does not fit the model.</exception>
    public IReadOnlyList<VisionLanguageTransformer> Build(
        AnsweringModel model, IReadOnlyList<(ReductionPlan Plan, string? Report)> plans)
    {
        List<VisionLanguageTransformer> made =
            [VisionLanguageTransformer.Of(Host, model, new CheckpointFolder(ModelPath), Settings, report: plans[0].Report)];
        try
        {
            foreach (var (plan, report) in plans.Skip(1))
                made.Add(made[0].WithPlan(plan, report));
            return made;
        }
        catch
        {
            foreach (var one in made) // each has a share in the weights
                one.Dispose();
            throw;
        }
    }
}
