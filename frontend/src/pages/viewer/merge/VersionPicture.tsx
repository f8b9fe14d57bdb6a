import { pictureUrl } from "@/components/parts";
import { ringsOf } from "@/surface/outlines";
import type { Region, Shape, Size } from "@/surface/shapes";

/** One version of the labels on a small picture of the image; regions that differ are bright and numbered. */
export function VersionPicture(props: {
  title: string;
  image: Size & { readonly id: number };
  regions: Iterable<Region>;
  /** Number and region of what differs in this version. */
  marked: readonly { readonly number: number; readonly region: Region }[];
}) {
  const { title, image, regions, marked } = props;
  const stroke = Math.max(image.width, image.height) / 400;
  return (
    <figure className="version">
      <figcaption>{title}</figcaption>
      <svg
        viewBox={`0 0 ${image.width} ${image.height}`}
        role="img"
        aria-label={`${title}: ${marked.length} differ`}
      >
        <image href={pictureUrl(image.id, "preview")} width={image.width} height={image.height} />
        <g className="version-same" strokeWidth={stroke}>
          {[...regions].map((region) => (
            <Outline key={region.uuid} shape={region} />
          ))}
        </g>
        <g className="version-differs" strokeWidth={stroke * 2.5} fontSize={stroke * 14}>
          {marked.map(({ number, region }) => (
            <g key={region.uuid}>
              <Outline shape={region} />
              <Label number={number} shape={region} gap={stroke * 4} />
            </g>
          ))}
        </g>
      </svg>
    </figure>
  );
}

function Outline({ shape }: { shape: Shape }) {
  switch (shape.shape) {
    case "rect":
      return <rect {...shape.geometry} />;
    case "circle":
      return <circle {...shape.geometry} />;
    case "ellipse": {
      const { cx, cy, rx, ry, theta } = shape.geometry;
      return <ellipse {...{ cx, cy, rx, ry }} transform={`rotate(${(theta * 180) / Math.PI} ${cx} ${cy})`} />;
    }
    case "polygon": {
      return (
        <path
          d={ringsOf(shape)
            .map((ring) => `M${ring.map((point) => point.join(" ")).join("L")}Z`)
            .join("")}
        />
      );
    }
  }
}

function Label({ number, shape, gap }: { number: number; shape: Shape; gap: number }) {
  const [x, y] = topRight(shape);
  return (
    <text x={x + gap} y={y - gap}>
      {number}
    </text>
  );
}

function topRight(shape: Shape): readonly [number, number] {
  switch (shape.shape) {
    case "rect":
      return [shape.geometry.x + shape.geometry.width, shape.geometry.y];
    case "circle":
      return [shape.geometry.cx + shape.geometry.r, shape.geometry.cy - shape.geometry.r];
    case "ellipse":
      return [shape.geometry.cx + shape.geometry.rx, shape.geometry.cy - shape.geometry.ry];
    case "polygon": {
      const { points } = shape.geometry;
      return [Math.max(...points.map(([x]) => x)), Math.min(...points.map(([, y]) => y))];
    }
  }
}
