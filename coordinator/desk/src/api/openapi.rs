//! The interface as OpenAPI 3.1 describes it: made of the same layouts as the tables themselves.

use kuager_tables::{Column, Kind};
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, OpenApiVersion, PathsBuilder, Ref,
    Required, ResponseBuilder, ResponsesBuilder,
};

use crate::tables::Table;

/// The name of the one way in.
const TOKEN: &str = "token";
/// The name of the schema of what went wrong.
const PROBLEM: &str = "Problem";

/// The description of these tables.
pub(super) fn describe(tables: &[Table]) -> OpenApi {
    let mut paths = PathsBuilder::new()
        .path("/api/v1/tables", PathItem::new(HttpMethod::Get, list()))
        .path("/api/v1/openapi.json", PathItem::new(HttpMethod::Get, myself()))
        .path("/export/{file}", PathItem::new(HttpMethod::Get, export()))
        .path("/metrics", PathItem::new(HttpMethod::Get, metrics()));
    let mut components = ComponentsBuilder::new()
        .security_scheme(
            TOKEN,
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .bearer_format("kuager")
                    .description(Some("Made by `kuager token add`."))
                    .build(),
            ),
        )
        .schema(PROBLEM, problem());
    for table in tables {
        let name = schema_name(&table.layout.name);
        paths = paths
            .path(format!("/api/v1/tables/{}", table.layout.name), PathItem::new(HttpMethod::Get, page(table, &name)));
        components = components.schema(name, row(&table.layout.columns, &table.layout.about));
    }
    let about = "Everything the desk knows, as tables. Moments are by RFC 3339 with the offset of the stations' clocks. \
                 Observers are pseudonyms. What says something of a poll is given to nobody before its embargo ends.";
    let info = InfoBuilder::new().title("Kuager").version("1").description(Some(about)).build();
    OpenApiBuilder::new()
        .openapi(OpenApiVersion::Version31)
        .info(info)
        .paths(paths.build())
        .components(Some(components.build()))
        .security(Some([SecurityRequirement::new::<_, [&str; 0], &str>(TOKEN, [])]))
        .build()
}

/// `ProtocolLines` of `protocol-lines`.
fn schema_name(table: &str) -> String {
    let words = table.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let big = |word: &str| {
        let mut characters = word.chars();
        characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect::<String>()
    };
    format!("{}Row", words.map(big).collect::<String>())
}

fn or_null(kind: Type) -> SchemaType {
    SchemaType::Array(vec![kind, Type::Null])
}

/// A row: every column is there, with null where nothing is known.
fn row(columns: &[Column], about: &str) -> Schema {
    let mut row = ObjectBuilder::new().description(Some(about));
    for column in columns {
        let (kind, format) = match column.kind {
            Kind::Text => (Type::String, None),
            Kind::Whole => (Type::Integer, Some(KnownFormat::Int64)),
            Kind::Decimal => (Type::Number, Some(KnownFormat::Double)),
            Kind::Flag => (Type::Boolean, None),
            Kind::Moment => (Type::String, Some(KnownFormat::DateTime)),
        };
        let about = match column.unit {
            "" => column.about.clone().into_owned(),
            unit => format!("{} In {unit}.", column.about),
        };
        let of = ObjectBuilder::new()
            .schema_type(or_null(kind))
            .format(format.map(SchemaFormat::KnownFormat))
            .description(Some(about))
            .build();
        row = row.property(&*column.name, of).required(&*column.name);
    }
    row.build().into()
}

fn text(about: &str) -> Schema {
    ObjectBuilder::new().schema_type(Type::String).description(Some(about)).build().into()
}

fn flag(about: &str) -> Schema {
    ObjectBuilder::new().schema_type(Type::Boolean).description(Some(about)).build().into()
}

fn problem() -> Schema {
    let status = ObjectBuilder::new().schema_type(Type::Integer).description(Some("The status of the answer.")).build();
    ObjectBuilder::new()
        .description(Some("What went wrong (RFC 9457)."))
        .property("type", text("about:blank"))
        .property("title", text("The status in words."))
        .property("status", status)
        .property("detail", text("What went wrong, and what to do."))
        .property("withheld_until", text("When the embargo on polls ends."))
        .required("type")
        .required("title")
        .required("status")
        .required("detail")
        .build()
        .into()
}

fn query(name: &str, kind: Type, about: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(ObjectBuilder::new().schema_type(kind).build()))
        .build()
}

fn operation(id: &str, summary: &str, kind: &str, schema: Schema) -> OperationBuilder {
    let told = |about: &str| {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(PROBLEM))).build();
        ResponseBuilder::new().description(about).content("application/problem+json", content).build()
    };
    let plain = |about: &str| ResponseBuilder::new().description(about).build();
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let responses = ResponsesBuilder::new()
        .response("200", ResponseBuilder::new().description(summary).content(kind, content).build())
        .response("401", plain("No token, or one that is good no more."))
        .response("403", told("A token that is good for something else, or a table under the embargo on polls."))
        .response("404", told("There is no such table."))
        .response("422", told("A parameter that makes no sense."))
        .response("429", plain("Too many wrong tokens came from this address."))
        .response("503", told("The coordinator cannot read or write at this moment."))
        .build();
    OperationBuilder::new().operation_id(Some(id)).summary(Some(summary)).responses(responses)
}

fn page(table: &Table, name: &str) -> Operation {
    let rows = ArrayBuilder::new().items(Ref::from_schema_name(name)).build();
    let page = ObjectBuilder::new()
        .property("table", text("The table."))
        .property("made_at", text("When the page was made."))
        .property("rows", rows)
        .property("next", text("The cursor of the next page, also of what comes later."))
        .property("more", flag("Whether there are more rows now."))
        .required("table")
        .required("made_at")
        .required("rows")
        .required("next")
        .required("more")
        .build();
    operation(&format!("get{name}s"), &table.layout.about, "application/json", page.into())
        .parameter(query("cursor", Type::String, "Where the last page ended; from the beginning without it."))
        .parameter(query("limit", Type::Integer, "Rows of the page, 1 to 1000; 200 without it."))
        .parameter(query("lang", Type::String, "In which language names and sentences are."))
        .parameter(query("training", Type::Boolean, "Exercises, in the place of what counts."))
        .build()
}

fn list() -> Operation {
    let any = ArrayBuilder::new().items(ObjectBuilder::new().build()).build();
    let tables = ObjectBuilder::new().property("tables", any).required("tables").build();
    operation("listTables", "All tables with their columns.", "application/json", tables.into()).build()
}

fn myself() -> Operation {
    operation("describe", "This description.", "application/json", ObjectBuilder::new().build().into()).build()
}

fn metrics() -> Operation {
    let text = text("Metrics in the text format of OpenMetrics 1.0.");
    operation("metrics", "How the coordinator is doing.", "application/openmetrics-text", text).build()
}

fn export() -> Operation {
    let file = ParameterBuilder::new()
        .name("file")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("The table and the format: stations.csv, records.parquet."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
        .build();
    let bytes = text("The file, whole.");
    operation("export", "A whole table as a file.", "application/octet-stream", bytes)
        .parameter(file)
        .parameter(query("lang", Type::String, "In which language names and sentences are, and for which CSV is."))
        .parameter(query("separator", Type::String, "Of CSV: comma, semicolon, tab."))
        .parameter(query("training", Type::Integer, "1 for exercises, in the place of what counts."))
        .build()
}
