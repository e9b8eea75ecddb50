using System.Runtime.Intrinsics;

namespace EosMLNet.Tensors;

/// <summary>How words of a packed weight are multiplied: for each type in its own way.</summary>
internal unsafe interface IWordProduct
{
    /// <summary>Words of input that belong to a word of the weight.</summary>
    static abstract int Inputs { get; }

    /// <summary>What words are multiplied with first, eight times.</summary>
    static abstract Vector256<uint> First(uint* input);

    /// <summary>What they are multiplied with last.</summary>
    static abstract Vector256<uint> Last(uint* input);

    /// <summary>Adds the products of one word of eight rows of the weight.</summary>
    /// <param name="sums">Of each row: a float32, or an int32.</param>
    /// <param name="weight">The word of each row.</param>
    /// <param name="first">What <see cref="First"/> has given.</param>
    /// <param name="last">What <see cref="Last"/> has given.</param>
    static abstract Vector256<uint> Add(Vector256<uint> sums, Vector256<uint> weight, Vector256<uint> first, Vector256<uint> last);

    /// <summary>What eight sums are.</summary>
    static abstract Vector256<float> ToSingle(Vector256<uint> sums);
}
