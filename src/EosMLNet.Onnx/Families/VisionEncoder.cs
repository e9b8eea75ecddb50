using EosMLNet.Onnx.Protos;
using EosMLNet.Onnx.Sessions;
using EosMLNet.Onnx.Weights;

namespace EosMLNet.Onnx.Families;

/// <summary>
/// How a family's images become visual tokens: a graph, and what is done around it. A family has one, found by its model_type.
/// </summary>
internal abstract class VisionEncoder
{
    private static readonly Lazy<IReadOnlyDictionary<string, Type>> Families = new(ModelTypeAttribute.Find<VisionEncoder>);

    /// <summary>The encoder of a model.</summary>
    /// <param name="config">The model.</param>
    /// <param name="plan">The plan whose sites in the encoder act.</param>
    /// <exception cref="EosException">EOS4002: the plan does not fit the encoder.</exception>
    internal static VisionEncoder Of(ModelConfig config, ReductionPlan plan) =>
        (VisionEncoder)Activator.CreateInstance(Families.Value[config.ModelType], [config, plan])!;

    /// <summary>How many of the decoder's first layers add something to the visual tokens behind them.</summary>
    internal virtual int PlaneCount => 0;

    /// <summary>Refuses sites in the encoder.</summary>
    /// <exception cref="EosException">EOS4002: the plan has one.</exception>
    private protected static void RequireDecoderSites(ModelConfig config, ReductionPlan plan)
    {
        if (plan.ActsInEncoder)
        {
            throw new EosException(EosErrors.PlanMismatch,
                $"The plan has a site in the vision encoder, where {config.ModelType} has images of different sizes; expected sites in " +
                "the decoder only. Use a plan without stage tower or projector.");
        }
    }

    /// <summary>Reads what is done around the graph needs of the weights, and checks that the plan can act.</summary>
    /// <param name="weights">The weights.</param>
    /// <exception cref="EosException">EOS4002: the plan has sites in an encoder where none can act.</exception>
    internal virtual void Prepare(WeightFiles weights)
    {
    }

    /// <summary>Writes the graph.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="metadata">What the graph says of itself.</param>
    internal abstract ModelProto Write(WeightFiles weights, IEnumerable<KeyValuePair<string, string>> metadata);

    /// <summary>Runs the graph on images.</summary>
    /// <param name="session">The graph.</param>
    /// <param name="images">What the encoder has to know of each image.</param>
    /// <param name="pixels">Their values, one image behind the other.</param>
    /// <param name="cancellation">Ends the run.</param>
    internal abstract IReadOnlyList<EncodedImage> Run(
        GraphSession session, IReadOnlyList<ImageShape> images, Memory<float> pixels, CancellationToken cancellation);
}
